"""Registers the app's groups and roles with edc_auth, which writes them after each migrate."""

from edc_auth.site_auths import site_auths

from edc_retinopathy.accounts.role import give_camera_roles

from .auth_objects import (
    RETINOPATHY,
    RETINOPATHY_CAMERA,
    RETINOPATHY_CAMERA_ROLE,
    RETINOPATHY_GRADER_ROLE,
    RETINOPATHY_ROLE,
    RETINOPATHY_SUPER,
    RETINOPATHY_SUPER_ROLE,
    RETINOPATHY_VIEW,
    camera_codenames,
    edit_codenames,
    super_codenames,
    view_codenames,
)

site_auths.add_group(*view_codenames, name=RETINOPATHY_VIEW)
site_auths.add_group(*edit_codenames, name=RETINOPATHY)
site_auths.add_group(*super_codenames, name=RETINOPATHY_SUPER)
site_auths.add_group(*camera_codenames, name=RETINOPATHY_CAMERA)

site_auths.add_role(RETINOPATHY, name=RETINOPATHY_ROLE)
site_auths.add_role(RETINOPATHY_VIEW, name=RETINOPATHY_GRADER_ROLE)
site_auths.add_role(RETINOPATHY_SUPER, name=RETINOPATHY_SUPER_ROLE)
site_auths.add_role(RETINOPATHY_CAMERA, name=RETINOPATHY_CAMERA_ROLE)

# After roles were written, before edc_auth takes from all accounts what no role of theirs gives.
site_auths.add_post_update_func("edc_retinopathy", give_camera_roles)
