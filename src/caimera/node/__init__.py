"""A data holder's site: its datasets, what may be asked of them, and the outbound connection to the hub."""
