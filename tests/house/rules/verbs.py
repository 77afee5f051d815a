"""Actions are verbs whose every argument is named by its caller."""

from __future__ import annotations

import ast


def not_keyword_only(source: str) -> list[str]:
    """Public functions of an `actions` module that take something by position."""
    functions = (
        node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    return [node.name for node in functions if not node.name.startswith("_") and _by_position(node.args)]


def _by_position(arguments: ast.arguments) -> bool:
    return bool(arguments.args or arguments.posonlyargs or arguments.vararg)


def prints(source: str) -> list[str]:
    """Calls of `print`, which belong to the command line."""
    calls = (node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return [f"line {call.lineno}" for call in calls if isinstance(call, ast.Name) and call.id == "print"]
