"""clinicedc's audit columns, filled so that every database takes what is written to them.

A user's name may have 150 characters and a host's 64; the columns hold 50. SQLite stores what is
longer, PostgreSQL and MariaDB refuse the record: a camera of such a name could upload nothing. So
what is written is cut to the column, by the field: in a form, an upload, an update of many rows
and a history alike.
"""

from typing import Any

from django.db import models
from django_audit_fields.fields import HostnameModificationField, UserField
from edc_model.models import BaseUuidModel


class CutToColumn:
    """Makes a text field cut its values to its length, on their way to the database.

    Migrations see the field of ``migrated_as``: the column is the same.
    """

    max_length: Any
    migrated_as: str

    def get_prep_value(self, value: Any) -> Any:
        """The value, no longer than the column."""
        value = super().get_prep_value(value)  # type: ignore[misc]
        return value[: self.max_length] if isinstance(value, str) else value

    def deconstruct(self) -> Any:
        """As the field that migrations know."""
        name, _, args, kwargs = super().deconstruct()  # type: ignore[misc]
        return name, self.migrated_as, args, kwargs


class CutCharField(CutToColumn, models.CharField):  # type: ignore[type-arg]
    """Text."""

    migrated_as = "django.db.models.CharField"


class CutUserField(CutToColumn, UserField):
    """A user's name."""

    migrated_as = "django_audit_fields.fields.userfield.UserField"


class CutHostnameField(CutToColumn, HostnameModificationField):
    """The name of the host that saved last."""

    migrated_as = "django_audit_fields.fields.hostname_modification_field.HostnameModificationField"


def _audit_column(name: str, kind: type[Any]) -> Any:
    """clinicedc's column of this name, as a field of this kind."""
    _, _, args, kwargs = BaseUuidModel._meta.get_field(name).deconstruct()  # noqa: SLF001 - documented
    return kind(*args, **kwargs)


class AuditedModel(BaseUuidModel):
    """The base of the models that clinicedc's audit columns belong to."""

    user_created = _audit_column("user_created", CutUserField)
    user_modified = _audit_column("user_modified", CutUserField)
    hostname_created = _audit_column("hostname_created", CutCharField)
    hostname_modified = _audit_column("hostname_modified", CutHostnameField)
    device_created = _audit_column("device_created", CutCharField)
    device_modified = _audit_column("device_modified", CutCharField)

    class Meta(BaseUuidModel.Meta):
        abstract = True


def longest_user_name() -> int:
    """How long a name may be that the audit columns keep whole."""
    column: Any = AuditedModel._meta.get_field("user_created")  # noqa: SLF001 - documented
    return int(column.max_length)
