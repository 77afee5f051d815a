"""The hub: the core services of the federation."""
