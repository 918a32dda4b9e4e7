"""The administration pages as a browser sends and receives them."""

from typing import Any

from django.contrib.auth.models import User
from django.forms import BaseForm, MultiWidget
from django.test import Client
from django.urls import reverse

from edc_retinopathy.models import CameraSession

NAMESPACE = "edc_retinopathy_admin"
MODEL = "edc_retinopathy_camerasession"
FILE_MODEL = "edc_retinopathy_sessionfile"
CHANGELIST = "changelist"


def logged_in(user: User, host: str = "localhost") -> Client:
    """A browser with the user's session cookie."""
    client = Client(SERVER_NAME=host)
    client.force_login(user)
    return client


def page_url(model: str, page: str, *args: Any) -> str:
    """The address of an administration page of a model."""
    return reverse(f"{NAMESPACE}:{model}_{page}", args=args)


def change_url(session: CameraSession) -> str:
    """The address of a session's form."""
    return page_url(MODEL, "change", session.pk)


def posted(form: BaseForm, **changes: Any) -> dict[str, Any]:
    """What a browser would post for a form that was shown, with some fields changed."""
    data: dict[str, Any] = {}
    for bound in form:
        value = changes.get(bound.name, bound.value())
        widget = bound.field.widget
        if isinstance(widget, MultiWidget):
            for name, part in zip(widget.widgets_names, widget.decompress(value), strict=True):
                data[f"{bound.html_name}{name}"] = part
        elif value is not None and value is not False:
            data[bound.html_name] = value
    return data


def form_of(response: Any) -> BaseForm:
    """The form of an add or change page."""
    assert response.status_code == 200, response.content[:300]
    form: BaseForm = response.context["adminform"].form
    return form


def submit(client: Client, url: str, **changes: Any) -> Any:
    """Open a form page, change some fields and save it."""
    page = client.get(url)
    data = posted(form_of(page), **changes)
    for inline in page.context["inline_admin_formsets"]:
        data |= posted(inline.formset.management_form)
    return client.post(url, {**data, "_save": "Save"})
