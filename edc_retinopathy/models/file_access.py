"""The record that somebody looked at a file."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from edc_retinopathy.choices import AccessKind

from .audit_columns import CutCharField
from .session_file import SessionFile
from .sites import site_field


class FileAccess(models.Model):
    """Who was sent the bytes of which file, when, and how; written once, never changed."""

    session_file = models.ForeignKey(
        SessionFile,
        verbose_name=_("Session file"),
        on_delete=models.PROTECT,
        related_name="accesses",
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
    )
    # Kept when the user is deleted.
    username = CutCharField(verbose_name=_("User"), max_length=150)
    kind = models.CharField(verbose_name=_("What"), max_length=15, choices=AccessKind.choices)
    accessed_datetime = models.DateTimeField(verbose_name=_("When"), default=timezone.now)
    remote_address = models.GenericIPAddressField(verbose_name=_("Address"), null=True)
    # The index below serves it.
    site = site_field(db_index=False)

    class Meta:
        verbose_name = _("File access")
        verbose_name_plural = _("File accesses")
        ordering = ("-accessed_datetime", "-pk")
        default_permissions = ("view",)
        # As those of the sessions.
        indexes = (
            models.Index(fields=["site", "accessed_datetime", "id"]),
            *(
                models.Index(fields=[*filtered, "accessed_datetime", "id", "site"])
                for filtered in ([], ["kind"], ["username"])
            ),
        )

    def save(self, *args: Any, **kwargs: Any) -> None:
        """At the site of the file."""
        if self._state.adding and self.site_id is None:
            self.site_id = self.session_file.site_id
        super().save(*args, **kwargs)

    def __str__(self) -> str:
        return f"{self.username} {self.kind} {self.session_file.pk}"
