"""DICOM files that are no image, and are kept as such."""

from tests.content.dicom_bytes import (
    BIG_ENDIAN,
    BIG_ENDIAN_UID,
    DEFLATED_UID,
    EXPLICIT,
    IMPLICIT,
    IMPLICIT_UID,
    deflated,
    image,
    meta,
    native,
    sequence,
)

from .dicom_parts import CLASS, CONTENT, element, named

NO_IMAGES: dict[str, bytes] = {
    "stereometric relationship": named(CLASS + "77.1.5.3", sequence(b"", tag=0x00220020)),
    "key object selection": named(CLASS + "88.59", CONTENT),
    "comprehensive 3D report": named(CLASS + "88.34", CONTENT),
    "report whose root has no children": named(
        CLASS + "88.11",
        element(0x0040A040, "CS", "CONTAINER"),
        element(0x0040A050, "CS", "SEPARATE"),
        element(0x0040A491, "CS", "COMPLETE"),
        element(0x0040A493, "CS", "UNVERIFIED"),
    ),
    "report whose root is not even described": named(
        CLASS + "88.33", element(0x0020000D, "UI", "1.2.3")
    ),
    "report without content, big endian": meta(BIG_ENDIAN_UID, sop_class=CLASS + "88.22")
    + BIG_ENDIAN.element(0x00080016, "UI", CLASS + "88.22")
    + BIG_ENDIAN.element(0x0040A040, "CS", "CONTAINER"),
    "report with empty content": named(CLASS + "88.11", EXPLICIT.head(0x0040A730, "SQ", 0)),
    "dose report, deflated": meta(DEFLATED_UID, sop_class=CLASS + "88.67")
    + deflated(named(CLASS + "88.67", CONTENT)[len(meta(sop_class=CLASS + "88.67")) :]),
    "presentation state": named(
        CLASS + "11.1", sequence(element(0x00081150, "UI", "1.2"), tag=0x00081115)
    ),
    "spatial registration": named(CLASS + "66.1", sequence(b"", tag=0x00700308)),
    "visual field": named(CLASS + "80.1", sequence(b"", tag=0x00240034)),
    "autorefraction": named(CLASS + "78.2", sequence(b"", tag=0x00460052)),
    "macular grid thickness report": named(CLASS + "79.1", CONTENT),
    "waveform": named(
        CLASS + "9.1.1", sequence(element(0x54001010, "OW", bytes(80)), tag=0x54000100)
    ),
    "encapsulated CDA": named(CLASS + "104.2", element(0x00420011, "OB", b"<ClinicalDocument/>")),
    "Zeiss's raw data": named(
        "1.2.276.0.75.2.2.70.2",
        element(0x04090010, "LO", "99CZM"),
        element(0x04091001, "OB", b"raw" * 500),
    ),
    "raw data, implicit": meta(IMPLICIT_UID, sop_class=CLASS + "66")
    + IMPLICIT.element(0x00080016, "UI", CLASS + "66")
    + IMPLICIT.element(0x00291010, "OB", b"raw" * 99),
    "document with an icon": named(
        CLASS + "104.1",
        sequence(image() + native(), tag=0x00880200),
        element(0x00420011, "OB", b"%PDF-1.4\n%%EOF"),
        element(0x00420012, "LO", "application/pdf"),
    ),
    "report with a picture's size in an item": named(
        CLASS + "88.33", sequence(image(), tag=0x00081115), CONTENT
    ),
    "DICOMDIR with a record of an image": meta(sop_class="1.2.840.10008.1.3.10")
    + element(0x00041130, "CS", "DISK")
    + sequence(
        element(0x00041430, "CS", "IMAGE") + element(0x00280010, "US", 2000), tag=0x00041220
    ),
}
