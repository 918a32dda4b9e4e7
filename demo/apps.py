"""The demo's app configuration."""

from django.apps import AppConfig as DjangoAppConfig
from django.apps import apps
from django.db.models.signals import post_migrate


class AppConfig(DjangoAppConfig):
    """Holds what a clinicedc project must provide besides its settings."""

    name = "demo"
    verbose_name = "Demo"

    def ready(self) -> None:
        """Connect the hosts to their sites and settle the revision shown on pages."""
        # Of an app with models: others get no signal.
        post_migrate.connect(catch_other_hosts, sender=apps.get_app_config("edc_sites"))
        settle_revision()


def catch_other_hosts(sender: DjangoAppConfig, **kwargs: object) -> None:
    """Show the first site, unredirected, to a host without one of its own, such as 127.0.0.1."""
    from edc_sites.utils import add_or_update_django_sites  # noqa: PLC0415 (models)
    from multisite.models import Alias  # noqa: PLC0415 (models)

    from demo.sites import ALPHA  # noqa: PLC0415 (models)

    # edc_appconfig writes the sites too, but later: it is the last app, and the alias needs them
    # now.
    add_or_update_django_sites()
    Alias.objects.update_or_create(
        domain="*", defaults={"site_id": ALPHA.site_id, "redirect_to_canonical": False}
    )


def settle_revision() -> None:
    """Let the revision's tag be the package's version.

    django-revision asks git for the tag even when told to ignore the working directory, and the
    pages that show it fail where there is no repository.
    """
    from django_revision.revision import site_revision  # noqa: PLC0415 (reads the settings)

    site_revision._tag = site_revision.revision  # noqa: SLF001 (the tag has no setter)
