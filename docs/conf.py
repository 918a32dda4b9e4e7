"""Configuration of the documentation (Sphinx)."""

from importlib.metadata import version as installed_version

project = "edc-retinopathy"
version = release = installed_version("edc-retinopathy")
extensions: list[str] = []
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"edc-retinopathy {release}"
# The pages are read in clinics without internet: nothing is loaded from elsewhere.
html_static_path: list[str] = []
nitpicky = True
