"""What a real browser does with what a camera sent, and what the app's pages ask of it."""
