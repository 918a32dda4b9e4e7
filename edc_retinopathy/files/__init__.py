"""From a received file to its record, and from the record to a person: names, ingest, serving."""
