"""How long files and functions may be, and what tests must do."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

LONGEST_FILE = 400
"""Lines that are not blank."""
LONGEST_FUNCTION = 50

Function = ast.FunctionDef | ast.AsyncFunctionDef
_ASSERTS = re.compile(r"assert_\w+|raises|warns|expect|fail|until")
"""Calls that can fail a test: pytest's own, a browser's `expect`, `until` a fact, helpers named for it."""


def functions(source: str) -> Iterator[Function]:
    """Every function of a module, at any depth."""
    yield from (node for node in ast.walk(ast.parse(source)) if isinstance(node, Function))


def too_long(source: str) -> list[str]:
    """What is longer than the house allows, in a sentence each."""
    lines = sum(1 for line in source.splitlines() if line.strip())
    found = [f"{lines} lines; split it by noun"] if lines > LONGEST_FILE else []
    for function in functions(source):
        length = (function.end_lineno or function.lineno) - function.lineno + 1
        if length > LONGEST_FUNCTION:
            found.append(f"{function.name} has {length} lines; split it by step")
    return found


def asserts_nothing(source: str) -> list[str]:
    """Tests in which nothing can fail but by an error."""
    helpers = {name for name in map(_name_if_asserting, functions(source)) if name}
    tests = (function for function in functions(source) if function.name.startswith("test_"))
    return [test.name for test in tests if not _asserts(test, helpers)]


def _name_if_asserting(function: Function) -> str:
    return function.name if _asserts(function, set()) else ""


def _asserts(function: Function, helpers: set[str]) -> bool:
    return any(isinstance(node, ast.Assert) or _called(node, helpers) for node in ast.walk(function))


def _called(node: ast.AST, helpers: set[str]) -> bool:
    if not isinstance(node, ast.Call):
        return False
    called = node.func
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    return name in helpers or bool(_ASSERTS.fullmatch(name))


def cannot_fail(source: str) -> list[str]:
    """Assertions of the form `assert a == b if c else d`, which hold whenever d is true."""
    asserts = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Assert))
    return [f"line {node.lineno}" for node in asserts if isinstance(node.test, ast.IfExp)]
