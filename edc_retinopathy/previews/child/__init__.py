"""What runs in a process of its own, which may be killed: decoding, and nothing of Django."""
