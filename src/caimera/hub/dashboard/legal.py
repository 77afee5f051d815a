"""The site's word about itself: what its operator has said, and what is left to say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

SECURITY_TXT = "/.well-known/security.txt"


@dataclass(frozen=True, slots=True)
class Statement:
    """Something the operator says of the site; empty until the setting `variable` is set."""

    label: str | Promise
    text: str
    variable: str

    @property
    def address(self) -> str:
        """Where it leads, when it is an address of the web or of mail."""
        if self.text.startswith(("https://", "http://", "mailto:", "tel:")):
            return self.text
        return f"mailto:{self.text}" if "@" in self.text and " " not in self.text else ""


_IMPRINT: tuple[tuple[str, str | Promise], ...] = (
    ("operator_name", gettext_lazy("Operated by")),
    ("operator_address", gettext_lazy("Address")),
    ("operator_contact", gettext_lazy("Contact")),
    ("operator_details", gettext_lazy("Represented and registered")),
)
_PRIVACY: tuple[tuple[str, str | Promise], ...] = (
    ("operator_name", gettext_lazy("Controller")),
    ("operator_address", gettext_lazy("Address")),
    ("data_protection_contact", gettext_lazy("Data protection contact")),
    ("supervisory_authority", gettext_lazy("Supervisory authority")),
)
_ACCESSIBILITY: tuple[tuple[str, str | Promise], ...] = (
    ("operator_contact", gettext_lazy("Where to report a barrier")),
    ("enforcement_body", gettext_lazy("Who decides if that does not help")),
)


def imprint() -> Sequence[Statement]:
    """Who answers for the site."""
    return _statements(_IMPRINT)


def privacy() -> Sequence[Statement]:
    """Who answers for personal data."""
    return _statements(_PRIVACY)


def accessibility() -> Sequence[Statement]:
    """Whom to tell of barriers."""
    return _statements(_ACCESSIBILITY)


def _statements(lines: tuple[tuple[str, str | Promise], ...]) -> list[Statement]:
    return [Statement(label, getattr(settings.SITE, name), variable_of(name)) for name, label in lines]


def variable_of(name: str) -> str:
    """The variable that sets a setting of the hub."""
    return f"{settings.SITE.model_config.get('env_prefix', '')}{name}".upper()


def security_txt() -> str:
    """The file of RFC 9116; empty until both its required fields are set."""
    site = settings.SITE
    if not site.security_contacts or site.security_expires is None:
        return ""
    lines = [f"Contact: {contact}" for contact in site.security_contacts]
    lines.append(f"Expires: {site.security_expires.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}")
    lines.append("Preferred-Languages: en")
    lines.append(f"Canonical: {site.base_url}{SECURITY_TXT}")
    return "".join(f"{line}\r\n" for line in lines)


def security_unset() -> str:
    """What stands there instead, for the operator to read: comments only, so that no program takes it."""
    sentence = _(
        "This site names no contact for security yet. Its operator has to set %(contacts)s and %(expires)s."
    )
    names = {name: variable_of(f"security_{name}") for name in ("contacts", "expires")}
    return f"# {sentence % names}\r\n"
