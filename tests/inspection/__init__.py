"""Tests of the rules and of what is kept of their findings."""
