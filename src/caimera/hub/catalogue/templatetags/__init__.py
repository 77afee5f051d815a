"""Filters of the catalogue's pages."""
