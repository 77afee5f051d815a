"""What waits to be told to the hub."""
