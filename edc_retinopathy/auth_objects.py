"""Groups and roles of the app, and what each may do."""

# Groups.
RETINOPATHY_VIEW = "RETINOPATHY_VIEW"
RETINOPATHY = "RETINOPATHY"
RETINOPATHY_SUPER = "RETINOPATHY_SUPER"
RETINOPATHY_CAMERA = "RETINOPATHY_CAMERA"

# Roles: clinicians create sessions, graders read, data managers audit, cameras upload.
RETINOPATHY_ROLE = "retinopathy"
RETINOPATHY_GRADER_ROLE = "retinopathy_grader"
RETINOPATHY_SUPER_ROLE = "retinopathy_super"
RETINOPATHY_CAMERA_ROLE = "retinopathy_camera"

# What the API asks for.
VIEW_SESSIONS = "edc_retinopathy.view_camerasession"
VIEW_FILES = "edc_retinopathy.view_sessionfile"
ADD_FILES = "edc_retinopathy.add_sessionfile"
# What the pages ask for besides the admin's own.
ADD_SESSION = "edc_retinopathy.add_camerasession"
CHANGE_SESSION = "edc_retinopathy.change_camerasession"
CHANGE_FINDING = "edc_retinopathy.change_finding"
CHANGE_REFUSAL = "edc_retinopathy.change_refusal"
VIEW_REFUSALS = "edc_retinopathy.view_refusal"
VIEW_FINDINGS = "edc_retinopathy.view_finding"
# Who is examined. Asked for only while EDC_RETINOPATHY_MASK_READERS is on.
VIEW_SUBJECT = "edc_retinopathy.view_subject"

view_codenames = (
    VIEW_SESSIONS,
    "edc_retinopathy.view_historicalcamerasession",
    VIEW_FILES,
    "edc_retinopathy.view_historicalsessionfile",
    VIEW_REFUSALS,
    "edc_retinopathy.view_historicalrefusal",
    VIEW_FINDINGS,
    "edc_retinopathy.view_historicalfinding",
)
# Who audits: which files were looked at, and whether all are still there.
audit_codenames = (
    "edc_retinopathy.view_fileaccess",
    "edc_retinopathy.view_storageaudit",
    "edc_retinopathy.view_cameraaccount",
    "edc_retinopathy.view_historicalcameraaccount",
)
edit_codenames = (
    *view_codenames,
    VIEW_SUBJECT,
    ADD_SESSION,
    CHANGE_SESSION,
    # Answers.
    CHANGE_REFUSAL,
    CHANGE_FINDING,
)
super_codenames = (*edit_codenames, *audit_codenames, "edc_retinopathy.delete_camerasession")
camera_codenames = (VIEW_SESSIONS, ADD_FILES)

GROUP_THAT_GRANTS = {VIEW_SESSIONS: RETINOPATHY_CAMERA, ADD_FILES: RETINOPATHY_CAMERA}
# Groups given by hand are taken away when clinicedc derives them anew: a role lasts.
ROLE_OF_GROUP = {RETINOPATHY_CAMERA: RETINOPATHY_CAMERA_ROLE}
