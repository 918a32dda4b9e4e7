"""Text that begins as was typed, by an index on each of the databases."""

from typing import Any

from django.db.models import Lookup

# What SQLite's GLOB would take for a pattern.
GLOB_SPECIAL = str.maketrans({character: f"[{character}]" for character in "*?["})


class BeginsWith(Lookup):
    """Django's ``startswith`` finds no index on SQLite and MariaDB, where cases would matter.

    MariaDB compares by the column's collation, which takes upper and lower case for the same.
    """

    lookup_name = "begins_with"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        """``LIKE``; ``GLOB`` on SQLite."""
        column, parameters = self.process_lhs(compiler, connection)
        term = str(self.rhs)
        if connection.vendor == "sqlite":
            return f"{column} GLOB %s", (*parameters, f"{term.translate(GLOB_SPECIAL)}*")
        return f"{column} LIKE %s", (*parameters, f"{connection.ops.prep_for_like_query(term)}%")
