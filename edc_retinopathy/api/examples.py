"""Examples of answers, for the OpenAPI document; those of errors are in the table of codes."""

SUBJECT_IDENTIFIER = "105-10-0001-2"
SESSION_ID = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
FILE_ID = "9a3a8d8e-0d8f-4d0f-8a5e-7d3c1a2b4c5d"

PING = {"status": "ok"}
RESOLVED = {
    "subject_identifier": SUBJECT_IDENTIFIER,
    "camera_session_id": SESSION_ID,
    "eye_exam_register_id": SESSION_ID,
    "uploaded": ["left", "report"],
}
STORED = {
    "id": FILE_ID,
    "camera_session_id": SESSION_ID,
    "eye_exam_register_id": SESSION_ID,
    "file_type": "left",
    "original_filename": "OS_1.jpg",
    "stored_filename": f"{SESSION_ID}/OS_1.jpg",
    "checksum": "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
    "findings": [],
}
STATUS = {
    "camera_session_id": SESSION_ID,
    "eye_exam_register_id": SESSION_ID,
    "subject_identifier": SUBJECT_IDENTIFIER,
    "report_datetime": "2026-11-23T09:30:00+03:00",
    "uploaded": ["left_dicom", "report"],
    "missing": ["right"],
    "complete": False,
    "findings": [
        {
            "code": "laterality_mismatch",
            "severity": "severe",
            "message": "The file says that it shows the right eye, and was sent as one of the "
            "other.",
            "file_id": FILE_ID,
        }
    ],
}
