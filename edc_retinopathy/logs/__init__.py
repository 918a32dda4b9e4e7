"""What is written to logs: events with stable names, and errors that name no subject."""
