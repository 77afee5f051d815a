"""The `caimera` command: thin doors to client, hub, node and demo."""
