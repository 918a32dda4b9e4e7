"""Which session is meant, and what becomes of one: chosen, held, withdrawn."""
