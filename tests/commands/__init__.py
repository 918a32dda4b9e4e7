"""The management commands, called as an operator calls them."""
