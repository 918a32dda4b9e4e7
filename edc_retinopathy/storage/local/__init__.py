"""Stored files on a POSIX filesystem."""
