"""The pages for the clinic."""
