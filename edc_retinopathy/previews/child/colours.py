"""What colours mean: profiles of the ICC, brought to what every screen assumes (sRGB)."""

from io import BytesIO

from PIL import Image, ImageCms

# What a profile's data is measured in (ICC.1:2022, 7.2.6), by the mode of an image.
SPACES = {"RGB": "RGB", "L": "GRAY", "CMYK": "CMYK"}


def is_srgb(icc_profile: bytes) -> bool:
    """True if the profile is sRGB itself, by its description."""
    profile = _read(icc_profile)
    return profile is not None and "srgb" in _description(profile).lower()


def to_srgb(image: Image.Image, icc_profile: bytes | None) -> Image.Image:
    """The image in sRGB, or in grey; as it is if its profile is none or another kind of image's."""
    profile = _read(icc_profile) if icc_profile else None
    space = SPACES.get(image.mode)
    if profile is None or space is None or profile.profile.xcolor_space.strip() != space:
        return image if image.mode in {"L", "RGB"} else image.convert("RGB")
    if space == "RGB" and "srgb" in _description(profile).lower():
        return image
    try:
        converted = ImageCms.profileToProfile(
            image, profile, ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except ImageCms.PyCMSError:
        return image.convert("RGB")
    return converted or image


def _read(icc_profile: bytes) -> ImageCms.ImageCmsProfile | None:
    try:
        return ImageCms.ImageCmsProfile(BytesIO(icc_profile))
    except (OSError, ImageCms.PyCMSError):
        return None


def _description(profile: ImageCms.ImageCmsProfile) -> str:
    return profile.profile.profile_description or ""
