"""Measures the upload path beside a plain implementation of the same endpoint; see README.rst."""
