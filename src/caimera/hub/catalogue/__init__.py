"""Datasets described, harvested from their holders, and found."""
