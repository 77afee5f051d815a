"""What a site remembers of the letters it received. See README.md."""
