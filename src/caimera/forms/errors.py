"""What can be wrong with a form.

FormsError (ValueError)
├── FormBroken     a form contradicts itself; nothing that uses it starts
└── UnknownForm    there is no form of this name and version
"""

from __future__ import annotations

from collections.abc import Iterable


class FormsError(ValueError):
    """Something about a form is wrong."""


class FormBroken(FormsError):
    """A form contradicts itself: a mistake of who wrote it."""

    def __init__(self, name: str, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__(f"The form {name} contradicts itself: {' '.join(self.faults)}")


class UnknownForm(FormsError):
    """There is no such form."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(f"There is no form {name}. There are: {', '.join(sorted(known))}.")
