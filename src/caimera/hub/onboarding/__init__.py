"""Organisations becoming part of the federation."""
