"""From what a file says and what its record says to findings: pure rules, and their bookkeeping."""
