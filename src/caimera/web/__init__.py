"""The look and the plumbing every site shares; no models."""
