"""Races are run on committed records."""

from tests.committed import db, records, server, session, shared_server

__all__ = ["db", "records", "server", "session", "shared_server"]
