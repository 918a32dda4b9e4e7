"""The pages for the clinic in a real Chromium, while a camera sends."""
