"""Tests of the REST API, one module per endpoint."""
