"""The app's models, one to a module."""

from .camera_session import CameraSession
from .session_file import SessionFile

__all__ = ["CameraSession", "SessionFile"]
