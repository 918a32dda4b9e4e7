"""Frames of DICOM files have the colours of the photograph, however they are written."""

import tracemalloc
from collections.abc import Callable
from io import BytesIO
from typing import Any

import numpy
import pytest
from PIL import Image, ImageCms
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.pixels.processing import convert_color_space
from pydicom.pixels.utils import pixel_array
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLSLossless,
    RLELossless,
)

from demo.sample_exam import left_jpeg
from edc_retinopathy.previews import NotRendered
from edc_retinopathy.previews.child.greys import to_grey
from tests import samples
from tests.previews.child.pictures import drawn, saved, screen
from tests.previews.stored import Pixels, difference, pixels_of
from tests.samples import DICOM

SIDE = 240
# Of 255, on average: JPEG of quality 88 with colours of half the resolution.
CLOSE = 3.0


@pytest.fixture(scope="module")
def photograph() -> Pixels:
    """The photograph, some pixels of it."""
    with Image.open(BytesIO(left_jpeg())) as image:
        return numpy.asarray(image.resize((SIDE, SIDE)).convert("RGB"))


def data_set(pixels: Pixels, photometric: str = "RGB", **attributes: Any) -> Dataset:
    """A DICOM data set of these pixels, uncompressed."""
    made = dcmread(BytesIO(samples.uncompressed_dicom()))
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.Rows, made.Columns = pixels.shape[-3:-1] if pixels.shape[-1] == 3 else pixels.shape[-2:]
    made.SamplesPerPixel = 3 if pixels.shape[-1] == 3 else 1
    made.PhotometricInterpretation = photometric
    made.BitsAllocated = made.BitsStored = pixels.dtype.itemsize * 8
    made.HighBit = made.BitsStored - 1
    made.PixelRepresentation = 1 if pixels.dtype.kind == "i" else 0
    if made.SamplesPerPixel == 1:
        del made.PlanarConfiguration
    made.PixelData = pixels.tobytes()
    for name, value in attributes.items():
        setattr(made, name, value)
    return made


def grey_of(photograph: Pixels) -> Pixels:
    return numpy.asarray(Image.fromarray(photograph).convert("L"))


def three(grey: Pixels) -> Pixels:
    return numpy.repeat(grey[..., None].astype(int), 3, axis=2)


class TestTransferSyntaxes:
    """PS3.5 10: how pixels are written."""

    @pytest.mark.parametrize(
        "syntax",
        [
            ExplicitVRLittleEndian,
            ExplicitVRBigEndian,
            ImplicitVRLittleEndian,
            DeflatedExplicitVRLittleEndian,
        ],
    )
    def test_uncompressed(self, photograph: Pixels, syntax: Any) -> None:
        assert difference(screen(saved(data_set(photograph), syntax), DICOM), photograph) < CLOSE

    @pytest.mark.parametrize("syntax", [RLELossless, JPEGLSLossless])
    def test_compressed(self, photograph: Pixels, syntax: Any) -> None:
        made = data_set(photograph)
        made.compress(syntax, generate_instance_uid=False)
        assert difference(screen(saved(made), DICOM), photograph) < CLOSE

    def test_jpeg_2000(self, photograph: Pixels) -> None:
        codestream = BytesIO()
        Image.fromarray(photograph).save(codestream, "JPEG2000", no_jp2=True, mct=0)
        made = data_set(photograph)
        made.PixelData = encapsulate([codestream.getvalue()])
        assert difference(screen(saved(made, JPEG2000Lossless), DICOM), photograph) < CLOSE

    @pytest.mark.parametrize("photometric", ["YBR_FULL_422", "YBR_FULL"])
    def test_jpeg(self, photograph: Pixels, photometric: str) -> None:
        made = jpeg_data_set(photograph, photometric)
        assert difference(screen(saved(made), DICOM), photograph) < CLOSE

    def test_the_stream_of_a_jpeg_is_given_as_it_is(self, photograph: Pixels) -> None:
        made = jpeg_data_set(photograph, "YBR_FULL_422")
        full = drawn(saved(made), DICOM, "full")[0]["full"]
        assert full == jpeg_of(photograph)

    def test_jpeg_whose_components_are_colours(self, photograph: Pixels) -> None:
        """Without a mark, as the header says; a browser would see other colours."""
        made = jpeg_data_set(photograph, "RGB")
        made.PixelData = encapsulate([unmarked_rgb_jpeg(photograph)])
        full = drawn(saved(made), DICOM, "full")[0]["full"]
        assert difference(pixels_of(full), photograph) < CLOSE
        assert difference(screen(saved(made), DICOM), photograph) < CLOSE

    @pytest.mark.parametrize(
        "name",
        [
            "SC_jpeg_no_color_transform.dcm",
            "SC_jpeg_no_color_transform_2.dcm",
            "SC_rgb_jpeg.dcm",
            "SC_rgb_jpeg_app14_dcmd.dcm",
            "SC_rgb_jpeg_dcmtk.dcm",
            "SC_rgb_jpeg_lossy_gdcm.dcm",
            "SC_rgb_dcmtk_+eb+cy+n1.dcm",
            "SC_rgb_dcmtk_+eb+cy+s4.dcm",
            "SC_rgb_gdcm_KY.dcm",
            "SC_rgb_jls_lossy_line.dcm",
            "SC_rgb_rle_2frame.dcm",
            "SC_ybr_full_422_uncompressed.dcm",
            "examples_jpeg2k.dcm",
            "examples_rgb_color.dcm",
            "examples_ybr_color.dcm",
        ],
    )
    @pytest.mark.filterwarnings("ignore:Expected explicit VR")
    def test_as_pydicom_reads_it(self, name: str) -> None:
        content = samples.shipped_with_pydicom(name)
        expected = pixel_array(dcmread(BytesIO(content)), index=0)
        # Of noise in one colour JPEG keeps less.
        assert difference(screen(content, DICOM), expected) < 2 * CLOSE

    @pytest.mark.parametrize(
        "name", ["MR_small.dcm", "MR_small_bigendian.dcm", "MR_small_jp2klossless.dcm"]
    )
    def test_sixteen_bits_alike_in_all(self, name: str) -> None:
        grey = screen(samples.shipped_with_pydicom(name), DICOM)
        same = screen(samples.shipped_with_pydicom("MR_small_RLE.dcm"), DICOM)
        assert difference(grey, same) < 1
        assert grey.std() > 20

    def test_deflated_of_pydicom(self) -> None:
        assert screen(samples.shipped_with_pydicom("image_dfl.dcm"), DICOM).std() > 20


class TestInterpretations:
    """PS3.3 C.7.6.3.1.2: what values mean."""

    def test_planes(self, photograph: Pixels) -> None:
        made = data_set(photograph, PlanarConfiguration=1)
        made.PixelData = numpy.ascontiguousarray(photograph.transpose(2, 0, 1)).tobytes()
        assert difference(screen(saved(made), DICOM), photograph) < CLOSE

    def test_ybr_full(self, photograph: Pixels) -> None:
        made = data_set(convert_color_space(photograph, "RGB", "YBR_FULL"), "YBR_FULL")
        assert difference(screen(saved(made), DICOM), photograph) < CLOSE

    @pytest.mark.parametrize(("photometric", "sign"), [("MONOCHROME2", 1), ("MONOCHROME1", -1)])
    def test_grey(self, photograph: Pixels, photometric: str, sign: int) -> None:
        grey = grey_of(photograph)
        shown = screen(saved(data_set(grey, photometric)), DICOM)
        expected = grey if sign > 0 else 255 - grey
        assert difference(shown, three(expected)) < CLOSE

    def test_palette(self, photograph: Pixels) -> None:
        indexed = Image.fromarray(photograph).quantize(256)
        indices = numpy.asarray(indexed)
        colours = numpy.asarray(indexed.getpalette(), dtype=numpy.uint16).reshape(-1, 3)
        made = data_set(indices, "PALETTE COLOR")
        for column, colour in enumerate(("Red", "Green", "Blue")):
            table = numpy.zeros(256, numpy.uint16)
            table[: len(colours)] = colours[:, column] * 257
            made.add_new(f"{colour}PaletteColorLookupTableDescriptor", "US", [256, 0, 16])
            made.add_new(f"{colour}PaletteColorLookupTableData", "OW", table.tobytes())
        expected = numpy.asarray(indexed.convert("RGB")).astype(int)
        assert difference(screen(saved(made), DICOM), expected) < CLOSE

    def test_palette_of_pydicom(self) -> None:
        shown = screen(samples.shipped_with_pydicom("examples_palette.dcm"), DICOM)
        assert (shown.max(axis=2) - shown.min(axis=2)).mean() > 1

    def test_colours_of_sixteen_bits(self, photograph: Pixels) -> None:
        made = data_set(photograph.astype(numpy.uint16) * 257)
        assert difference(screen(saved(made), DICOM), photograph) < CLOSE

    def test_colours_of_twelve_bits_in_sixteen(self, photograph: Pixels) -> None:
        made = data_set(photograph.astype(numpy.uint16) * 16, BitsStored=12, HighBit=11)
        assert difference(screen(saved(made), DICOM), photograph) < CLOSE


class TestGreysOfMoreBits:
    """PS3.3 C.11.1 and C.11.2: windows, slopes, tables, and the range of values."""

    def shown(self, grey: Pixels, **attributes: Any) -> Pixels:
        return screen(saved(data_set(grey, "MONOCHROME2", **attributes)), DICOM)

    def test_by_the_range_of_values(self, photograph: Pixels) -> None:
        grey = grey_of(photograph)
        values = grey.astype(numpy.uint16) * 7 + 900
        low, high = grey.min(), grey.max()
        expected = (grey.astype(float) - low) / (high - low) * 255
        assert difference(self.shown(values), three(expected)) < CLOSE

    def test_by_a_window(self, photograph: Pixels) -> None:
        grey = grey_of(photograph)
        values = grey.astype(numpy.uint16) * 10
        expected = numpy.clip((grey.astype(float) - 50) / 100, 0, 1) * 255
        shown = self.shown(values, WindowCenter="1000", WindowWidth="1000")
        assert difference(shown, three(expected)) < CLOSE

    def test_by_a_window_of_meant_values(self, photograph: Pixels) -> None:
        grey = grey_of(photograph)
        values = grey.astype(numpy.int16) - 100
        shown = self.shown(
            values,
            RescaleSlope="2",
            RescaleIntercept="200",
            WindowCenter=["255", "10"],
            WindowWidth=["510", "10"],
        )
        assert difference(shown, three(grey)) < CLOSE

    def test_padding_is_no_value(self, photograph: Pixels) -> None:
        grey = numpy.clip(grey_of(photograph), 1, 200)
        values = grey.astype(numpy.uint16) * 10
        values[:10] = 65535
        made = data_set(values, "MONOCHROME2")
        made.add_new("PixelPaddingValue", "US", 65535)
        shown = screen(saved(made), DICOM)
        expected = (grey[10:].astype(float) - grey.min()) / (grey.max() - grey.min()) * 255
        assert difference(shown[10:], three(expected)) < CLOSE

    def test_a_senseless_window_is_left_aside(self, photograph: Pixels) -> None:
        values = grey_of(photograph).astype(numpy.uint16) * 10
        plain = self.shown(values)
        assert difference(self.shown(values, WindowCenter="10", WindowWidth="0"), plain) == 0

    def test_a_window_of_a_jpeg(self, photograph: Pixels) -> None:
        grey = grey_of(photograph)
        made = data_set(grey, "MONOCHROME2", WindowCenter="64", WindowWidth="128")
        buffer = BytesIO()
        Image.fromarray(grey).save(buffer, "JPEG", quality=95)
        made.PixelData = encapsulate([buffer.getvalue()])
        shown = screen(saved(made, JPEGBaseline8Bit), DICOM)
        assert difference(shown, three(numpy.clip(grey.astype(int) * 2, 0, 255))) < CLOSE


def test_many_greys_take_little_memory() -> None:
    values = numpy.arange(4_000_000, dtype=numpy.uint16).reshape(2000, 2000)
    made = Dataset()
    made.PhotometricInterpretation = "MONOCHROME2"
    made.BitsStored = 16
    tracemalloc.start()
    to_grey(made, values, 1)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3 * values.size


class TestFrames:
    """Each frame is reached, and no other decoded."""

    def test_uncompressed(self, photograph: Pixels) -> None:
        frames = numpy.stack([photograph, 255 - photograph, photograph // 2])
        content = saved(data_set(frames, NumberOfFrames=3))
        for number, frame in enumerate(frames, start=1):
            assert difference(screen(content, DICOM, frame=number), frame) < CLOSE

    def test_jpeg(self, photograph: Pixels) -> None:
        made = jpeg_data_set(photograph, "YBR_FULL_422")
        # The first is broken: it is not decoded for the second.
        made.PixelData = encapsulate([b"\xff\xd8\xff\xd9", jpeg_of(photograph)])
        made.NumberOfFrames = 2
        content = saved(made)
        assert difference(screen(content, DICOM, frame=2), photograph) < CLOSE
        assert drawn(content, DICOM, frame=2)[1].frames == 2
        with pytest.raises(NotRendered, match="broken"):
            drawn(content, DICOM)

    def test_beyond_the_last(self, photograph: Pixels) -> None:
        with pytest.raises(NotRendered, match="no_frame"):
            drawn(saved(data_set(photograph)), DICOM, frame=2)

    def test_all_of_pydicoms_thirty(self) -> None:
        content = samples.shipped_with_pydicom("examples_ybr_color.dcm")
        first, last = (screen(content, DICOM, frame=frame) for frame in (1, 30))
        assert difference(first, last) > 0.5


class TestProfiles:
    """(0028,2000) says what the colours are."""

    def test_other_primaries_are_converted(self, photograph: Pixels) -> None:
        made = data_set(photograph, ICCProfile=swapping_profile())
        shown = screen(saved(made), DICOM)
        assert difference(shown, photograph) > 10
        full = drawn(
            saved(jpeg_data_set(photograph, "YBR_FULL_422", made.ICCProfile)), DICOM, "full"
        )
        assert difference(pixels_of(full[0]["full"]), shown) < CLOSE

    @pytest.mark.parametrize("profile", [b"", b"nonsense", b"\0" * 200])
    def test_nonsense_is_left_aside(self, photograph: Pixels, profile: bytes) -> None:
        made = data_set(photograph, ICCProfile=profile)
        assert difference(screen(saved(made), DICOM), photograph) < CLOSE


class TestBounds:
    """What a file claims, and what it unpacks to, is held to the limit before a codec sees it."""

    @pytest.mark.parametrize("build", [samples.deflated_bomb_dicom])
    def test_bombs(self, build: Callable[[], bytes]) -> None:
        with pytest.raises(NotRendered, match="too_many_pixels"):
            drawn(build(), DICOM)

    def test_a_stream_that_is_larger_than_the_header_says(self, photograph: Pixels) -> None:
        made = jpeg_data_set(photograph, "YBR_FULL_422")
        made.Rows = made.Columns = 10
        with pytest.raises(NotRendered, match="too_many_pixels"):
            drawn(saved(made), DICOM, max_pixels=SIDE * SIDE - 1)

    def test_many_small_frames(self, photograph: Pixels) -> None:
        frames = numpy.stack([photograph] * 3)
        with pytest.raises(NotRendered, match="too_many_pixels"):
            drawn(saved(data_set(frames, NumberOfFrames=3)), DICOM, max_pixels=2 * SIDE * SIDE)

    @pytest.mark.parametrize("name", ["SC_rgb_jpeg_gdcm.dcm", "JPGExtended.dcm", "JPEG-lossy.dcm"])
    def test_what_an_extra_reads(self, name: str) -> None:
        with pytest.raises(NotRendered, match="needs_extra"):
            drawn(samples.shipped_with_pydicom(name), DICOM)

    @pytest.mark.parametrize("name", ["MR_truncated.dcm", "badVR.dcm"])
    def test_broken(self, name: str) -> None:
        with pytest.raises(NotRendered, match="broken"):
            drawn(samples.shipped_with_pydicom(name), DICOM)

    @pytest.mark.parametrize("name", ["rtplan.dcm", "test-SR.dcm", "waveform_ecg.dcm"])
    def test_no_image(self, name: str) -> None:
        with pytest.raises(NotRendered, match="no_image"):
            drawn(samples.shipped_with_pydicom(name), DICOM)


def jpeg_of(photograph: Pixels) -> bytes:
    buffer = BytesIO()
    Image.fromarray(photograph).save(buffer, "JPEG", quality=95, subsampling="4:2:2")
    # Whole pairs of bytes, as DICOM has them, so that nothing pads it.
    return buffer.getvalue()


def jpeg_data_set(photograph: Pixels, photometric: str, profile: bytes = b"") -> Dataset:
    """A data set around a JPEG of the photograph."""
    made = data_set(photograph, photometric)
    made.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    made.PixelData = encapsulate([jpeg_of(photograph)])
    if profile:
        made.ICCProfile = profile
    return made


def unmarked_rgb_jpeg(photograph: Pixels) -> bytes:
    """A JPEG whose components are red, green and blue, with no mark that says so."""
    buffer = BytesIO()
    Image.fromarray(photograph).save(buffer, "JPEG", quality=95, keep_rgb=True)
    jpeg = buffer.getvalue()
    # Pillow gives the components the names R, G and B, here and in the scan.
    start = jpeg.index(b"\xff\xc0")
    scan = jpeg.index(b"\xff\xda")
    head = jpeg[start:scan]
    for number, letter in enumerate(b"RGB"):
        head = head[:10] + head[10:].replace(bytes([letter, 0x11]), bytes([number, 0x11]), 1)
    tail = bytearray(jpeg[scan:])
    for number in range(3):
        tail[5 + 2 * number] = number
    return jpeg[:start] + head + bytes(tail)


def swapping_profile() -> bytes:
    """A profile whose red is sRGB's green, and so on: every colour changes."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile = bytearray(
        bytes(profile).replace("sRGB".encode("utf-16-be"), "eRGB".encode("utf-16-be"))
    )
    tags = {}
    count = int.from_bytes(profile[128:132])
    for number in range(count):
        at = 132 + 12 * number
        tags[bytes(profile[at : at + 4])] = at
    red, green = tags[b"rXYZ"], tags[b"gXYZ"]
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(profile)
