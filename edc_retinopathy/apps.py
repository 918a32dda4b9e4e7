"""The app's configuration."""

from django.apps import AppConfig as DjangoAppConfig


class AppConfig(DjangoAppConfig):
    """Registers the app and its system checks."""

    name = "edc_retinopathy"
    verbose_name = "Edc Retinopathy"
    default_auto_field = "django.db.models.BigAutoField"
    has_exportable_data = True
    include_in_administration_section = True

    def ready(self) -> None:
        """Import the system checks, which register themselves."""
        from . import checks  # noqa: F401, PLC0415
