"""Persons, their membership, sign-in, and who may call a route."""
