"""The trail as each may see it."""
