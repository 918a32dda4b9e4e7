"""Faults are met by committed records, on servers or in this process."""

from tests.committed import camera, db, records, server, session, shared_server

__all__ = ["camera", "db", "records", "server", "session", "shared_server"]
