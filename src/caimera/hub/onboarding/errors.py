"""What can go wrong with a case, besides what its table refuses (`workflow.Refused`).

OnboardingError       the message says what to do; `status` is of HTTP
├── NoSuchCase        there is none that they may see (404)
├── Overtaken         it moved on since they looked (409)
├── HandedIn          a file stays with what it was handed in with (409)
└── Incomplete        a form lacks something, or something in it will not do (422)
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _


class OnboardingError(Exception):
    """What is asked of a case cannot be done."""

    status = 422


class NoSuchCase(OnboardingError):
    """There is no such case, or none that they may see."""

    status = 404

    def __init__(self) -> None:
        super().__init__(_("There is nothing here that you may see."))


class Overtaken(OnboardingError):
    """The case moved on since they looked."""

    status = 409

    def __init__(self, label: str) -> None:
        super().__init__(_("This has moved on since you looked. It is now: %s.") % label)


class HandedIn(OnboardingError):
    """A file was handed in with a form."""

    status = 409

    def __init__(self) -> None:
        super().__init__(
            _("This file was handed in, so it stays. Leave it out when the form is handed in again.")
        )


class Incomplete(OnboardingError):
    """A form cannot be handed in as it is; `problems` are sentences by question."""

    def __init__(self, title: str, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__(_("“%s” was not handed in: something in it is missing or will not do.") % title)
