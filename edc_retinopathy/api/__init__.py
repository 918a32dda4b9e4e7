"""The REST API that cameras use."""
