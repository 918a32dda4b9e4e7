"""Names that a filesystem may take for the same have one key, and no others."""

import pytest

from edc_retinopathy.files.names import filename_key

# A ligature of 18 characters, once its compatibility form is written out.
LONG = "\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * 20


@pytest.mark.parametrize(
    ("one", "other"),
    [("OS.JPG", "os.jpg"), ("e\N{COMBINING ACUTE ACCENT}.jpg", "é.jpg"), ("ﬁ.jpg", "FI.jpg")],
)
def test_twins_have_one_key(one: str, other: str) -> None:
    assert filename_key(one) == filename_key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("os.jpg", "od.jpg"), (f"{LONG}1.jpg", f"{LONG}2.jpg"), ("e.jpg", "é.jpg")]
)
def test_different_names_have_different_keys(one: str, other: str) -> None:
    assert filename_key(one) != filename_key(other)
    assert max(len(filename_key(one)), len(filename_key(other))) <= 255
