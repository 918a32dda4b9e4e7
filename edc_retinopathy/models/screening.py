"""The screening before an exam: what contraindicates it."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from edc_retinopathy.choices import (
    CONTRAINDICATION_FIELDS,
    PregnancyAnswer,
    ScreeningAnswer,
    contraindicated_by,
)

from .audit_columns import AuditedModel


def _screening_field(question: Any, choices: Any = ScreeningAnswer) -> Any:
    return models.CharField(
        verbose_name=question, max_length=15, choices=choices.choices, default="", blank=True
    )


class ScreenedModel(AuditedModel):
    """Five questions. A contra-indication is documented, and never blocks saving."""

    # The wording follows the exclusion criteria of trials of automated screening
    # (EyeArt, NCT04984200).
    pregnant = _screening_field(_("Is the subject pregnant?"), PregnancyAnswer)
    visual_impairment = _screening_field(
        _("Does the subject have persistent visual impairment in one or both eyes?")
    )
    retinal_conditions = _screening_field(
        _(
            "Does the subject have a history of retinal vascular occlusion, macular oedema "
            "or non-diabetic retinopathy?"
        )
    )
    ocular_interventions = _screening_field(
        _(
            "Has the subject had retinal laser treatment, injections into the eye or "
            "intra-ocular surgery other than uncomplicated cataract surgery?"
        )
    )
    photosensitive = _screening_field(
        _("Does the subject have a contra-indication to fundus photography (light sensitivity)?")
    )

    class Meta(AuditedModel.Meta):
        abstract = True

    @property
    def contraindicated(self) -> bool | None:
        """True if any answer is Yes; None while any is missing or not evaluated; else False."""
        return contraindicated_by([getattr(self, name) for name in CONTRAINDICATION_FIELDS])
