"""Caimera: a federated infrastructure for cancer imaging."""
