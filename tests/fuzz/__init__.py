"""Inputs that nobody thought of: the API from its schema, content checks from mutated files."""
