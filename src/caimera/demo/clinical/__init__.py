"""A clinical database for one demo node: real images, generated clinical data."""
