"""Who calls, and where they may work: sites, tokens, devices, and how accounts are made."""
