"""The project around the app: what it has installed, and where it has mounted the app."""
