"""What the bytes of a file say of it, read in one bounded walk."""

from dataclasses import dataclass

from edc_retinopathy.choices import ContentType


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What one file says of itself; what it does not say is empty, None or its default.

    ``flaw`` is the sentence that says why the file is certainly not whole, None if nothing is
    missing. ``is_image`` is False where there is nothing to look at as a photograph: a report, or
    a DICOM file without pixels. ``rows`` and ``columns`` are in pixels, as stored. The rest comes
    from the header of a DICOM file (PS3.6), trimmed, as written there.
    """

    content_type: ContentType
    flaw: str | None = None
    is_image: bool = True
    rows: int | None = None
    columns: int | None = None
    frames: int = 1
    # A PDF file that is encrypted (ISO 32000-1, 7.6): a reader may ask for a password.
    is_locked: bool = False

    transfer_syntax_uid: str = ""
    sop_class_uid: str = ""
    sop_instance_uid: str = ""
    study_instance_uid: str = ""
    patient_id: str = ""
    # Image Laterality (0020,0062) and Laterality (0020,0060): PS3.3 C.8.17.5.
    image_laterality: str = ""
    laterality: str = ""
    # Acquisition DateTime, else Acquisition Date and Time, as DICOM writes a DT (PS3.5 6.2).
    acquisition_datetime: str = ""
    timezone_offset: str = ""
    manufacturer: str = ""
    manufacturer_model_name: str = ""
    device_serial_number: str = ""
    burned_in_annotation: str = ""
