"""The app's forms, one module for each model."""

from .camera_session_form import CameraSessionForm

__all__ = ["CameraSessionForm"]
