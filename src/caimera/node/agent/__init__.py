"""The node's outbound connection to the federation."""
