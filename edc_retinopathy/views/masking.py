"""Which views answer masked accounts."""

from django.http import HttpRequest

from edc_retinopathy.accounts.masking import is_masked


class MaskingMixin:
    """For a view with permissions: not for masked accounts, unless it says that it is."""

    # What shows nothing that tells who is examined, and no file as the camera sent it.
    is_for_masked = False
    request: HttpRequest

    def has_permission(self) -> bool:
        """As ever; and not masked, if the view is not for such accounts."""
        allowed: bool = super().has_permission()  # type: ignore[misc]
        return allowed and (self.is_for_masked or not is_masked(self.request.user))
