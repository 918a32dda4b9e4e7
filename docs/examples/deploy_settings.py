"""What a deployment adds to the settings of its project; see "Deployment" in docs/security.rst."""
# ruff: noqa: INP001 - a part of a page, not of a package

DEBUG = False
ALLOWED_HOSTS = ["edc.example.org"]

# HTTPS everywhere. nginx says how the client came; it must overwrite the header, never pass it on.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

# Limits for cameras: see docs/settings.rst.
EDC_RETINOPATHY_MAX_FILE_SIZE_MB = 40
# Below the threads of a worker (8 in docs/operations.rst): the rest is for pages.
EDC_RETINOPATHY_MAX_CONCURRENT_UPLOADS = 5
EDC_RETINOPATHY_MIN_FREE_MB = 1000
EDC_RETINOPATHY_THROTTLE_RATE = "600/min"
# nginx sends images, DICOM files and PDFs; a local clamd scans what arrives.
EDC_RETINOPATHY_X_ACCEL_LOCATION = "/retinopathy-images/"
EDC_RETINOPATHY_CLAMD = "/run/clamav/clamd.ctl"
