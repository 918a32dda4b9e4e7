"""Odd files from the field: tables of them, and what is right for each."""
