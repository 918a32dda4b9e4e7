"""Who may see and do what, and what hostile input can do: nothing."""
