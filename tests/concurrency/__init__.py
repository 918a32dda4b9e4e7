"""Several cameras and retries at once, against real worker processes."""
