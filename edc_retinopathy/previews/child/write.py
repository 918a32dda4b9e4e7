"""Pictures of the sizes, written as JPEG without a word about where they come from."""

from io import BytesIO

from PIL import Image

from edc_retinopathy.previews.sizes import LONGEST_SIDE, THUMBNAIL_BYTES, Size

from .colours import to_srgb
from .picture import Picture

TRANSPOSITIONS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# Shrinks by whole numbers first, which is fast, down to so many times the size.
REDUCING_GAP = 2.0
SCREEN_QUALITY, FULL_QUALITY = 88, 95
THUMBNAIL_QUALITIES = (82, 74, 66, 58, 50, 40, 30, 20, 10)


def write_sizes(picture: Picture, outputs: dict[str, int]) -> dict[str, list[int]]:
    """Write each size to its descriptor, from one decoding; gives widths and heights."""
    written: dict[str, list[int]] = {}
    wanted = {Size(name): fd for name, fd in outputs.items()}
    if Size.FULL in wanted:
        written[Size.FULL] = _write_full(picture, wanted.pop(Size.FULL))
    image = None
    for size in sorted(wanted, key=lambda size: -LONGEST_SIDE[size]):
        if image is None:
            image = scaled_picture(picture, LONGEST_SIDE[size])
        image = _scaled(image, LONGEST_SIDE[size])
        _write(wanted[size], _thumbnail(image) if size == Size.THUMBNAIL else _screen(image))
        written[size] = list(image.size)
    return written


def scaled_picture(picture: Picture, longest: int) -> Image.Image:
    """The picture as it is looked at, no side longer than that; a JPEG is decoded no larger."""
    image = picture.image
    target = _fitting(image.size, longest)
    image.draft("YCbCr" if picture.is_raw_rgb else None, target)
    image = _scaled(_as_meant(image, is_raw_rgb=picture.is_raw_rgb), longest)
    return _upright(to_srgb(image, picture.icc_profile), picture.orientation)


def _write_full(picture: Picture, fd: int) -> list[int]:
    encoded = picture.encoded() if picture.encoded else None
    if encoded is not None:
        _write(fd, encoded)
        return list(picture.image.size)
    if picture.is_raw_rgb:
        picture.image.draft("YCbCr", picture.image.size)
    image = _as_meant(picture.image, is_raw_rgb=picture.is_raw_rgb)
    image = _upright(to_srgb(image, picture.icc_profile), picture.orientation)
    _write(fd, _jpeg(image, quality=FULL_QUALITY, subsampling=0))
    return list(image.size)


def _as_meant(image: Image.Image, *, is_raw_rgb: bool) -> Image.Image:
    if is_raw_rgb:
        return Image.frombytes("RGB", image.size, image.tobytes())
    return image if image.mode in {"L", "RGB", "CMYK"} else image.convert("RGB")


def _scaled(image: Image.Image, longest: int) -> Image.Image:
    target = _fitting(image.size, longest)
    if target == image.size:
        return image
    return image.resize(target, Image.Resampling.LANCZOS, reducing_gap=REDUCING_GAP)


def _fitting(size: tuple[int, int], longest: int) -> tuple[int, int]:
    scale = min(longest / max(size), 1)
    width, height = (max(round(side * scale), 1) for side in size)
    return width, height


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    method = TRANSPOSITIONS.get(orientation)
    return image if method is None else image.transpose(method)


def _thumbnail(image: Image.Image) -> bytes:
    for quality in THUMBNAIL_QUALITIES:
        data = _jpeg(image, quality=quality)
        if len(data) <= THUMBNAIL_BYTES:
            break
    return data


def _screen(image: Image.Image) -> bytes:
    # Over a slow link all of it is seen soon, and then sharper.
    return _jpeg(image, quality=SCREEN_QUALITY, progressive=True)


def _jpeg(image: Image.Image, **options: object) -> bytes:
    # Pillow writes again what it has read: profile, EXIF, comment, resolution.
    image.info.clear()
    buffer = BytesIO()
    image.save(buffer, "JPEG", optimize=True, **options)
    return buffer.getvalue()


def _write(fd: int, data: bytes) -> None:
    with open(fd, "wb", closefd=False) as output:
        output.write(data)
