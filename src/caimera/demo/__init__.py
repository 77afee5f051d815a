"""The federation on one machine. See README.md."""
