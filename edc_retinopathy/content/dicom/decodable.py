"""Which transfer syntaxes an image can be decoded from (PS3.5 10, PS3.6 A)."""

from pydicom.uid import (
    HTJ2K,
    JPEG2000,
    HTJ2KLossless,
    HTJ2KLosslessRPCL,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
)

from .pixel_data import NATIVE_SYNTAXES

# Those that pydicom and its plugins decode. Not among them: video, what is fetched from elsewhere
# (JPIP), withdrawn processes of JPEG, and what a vendor made up.
DECODABLE_SYNTAXES = NATIVE_SYNTAXES | frozenset(
    map(
        str,
        (
            JPEGBaseline8Bit,
            JPEGExtended12Bit,
            JPEGLossless,
            JPEGLosslessSV1,
            JPEGLSLossless,
            JPEGLSNearLossless,
            JPEG2000Lossless,
            JPEG2000,
            HTJ2KLossless,
            HTJ2KLosslessRPCL,
            HTJ2K,
            RLELossless,
        ),
    )
)
