"""Datasets described by a person: in a spreadsheet or a form, checked field by field, for the catalogue."""
