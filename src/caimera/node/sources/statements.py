"""The SQL of the index. Names in it come from the common data model, never from a question."""

# ruff: noqa: S608 - what is put into the text are names of columns and variables, and question marks

from __future__ import annotations

from caimera.node.sources.layout import COLUMNS, SQL_TYPES, IndexColumn

SCHEMA = (
    "CREATE TABLE dataset (number USMALLINT, dataset_id VARCHAR, dates_shifted BOOLEAN)",
    "CREATE TABLE recorded (variable VARCHAR, dataset USMALLINT)",
    "CREATE TABLE code (variable VARCHAR, number USMALLINT, word VARCHAR)",
    "CREATE TABLE member (variable VARCHAR, combination UINTEGER, code USMALLINT)",
    "CREATE TABLE series (dataset USMALLINT NOT NULL, patient UINTEGER NOT NULL, study UINTEGER NOT NULL, "
    + ", ".join(f"{column.variable} {SQL_TYPES[column.storage]}" for column in COLUMNS.values())
    + ")",
)

ADD_DATASET = "INSERT INTO dataset VALUES (?, ?, ?)"
ADD_RECORDED = "INSERT INTO recorded SELECT unnest(?), ?"
ADD_SERIES = "INSERT INTO series SELECT * FROM rows_to_add"
ADD_CODES = "INSERT INTO code SELECT * FROM rows_to_add"
ADD_MEMBERS = "INSERT INTO member SELECT * FROM rows_to_add"

READ_DATASETS = "SELECT number, dataset_id, dates_shifted FROM dataset"
READ_CODES = "SELECT variable, word, number FROM code"
READ_RECORDED = "SELECT variable, dataset FROM recorded"


def combinations_with(column: IndexColumn, marks: str) -> str:
    """The combinations that have one of the codes whose numbers stand for the question `marks`."""
    return f"SELECT combination FROM member WHERE variable = '{column.variable}' AND code IN ({marks})"


def shared_with(key: str, where: str) -> str:
    """Rows whose patient or study (`key`) has some row that fits."""
    return f"({key} IN (SELECT {key} FROM series WHERE {where}))"


def count(where: str) -> str:
    """Subjects, studies and series that fit, per dataset.

    Grouping by study, then patient, then dataset counts distinct ones without keeping sets of them.
    """
    return f"""
        SELECT dataset, count(*) AS subjects, sum(studies) AS studies, sum(series) AS series
        FROM (
            SELECT dataset, patient, count(*) AS studies, sum(series) AS series
            FROM (
                SELECT dataset, patient, study, count(*) AS series
                FROM series WHERE {where} GROUP BY dataset, patient, study
            ) GROUP BY dataset, patient
        ) GROUP BY dataset
    """
