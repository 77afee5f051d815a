"""What people are told: on a page at once, and by mail."""
