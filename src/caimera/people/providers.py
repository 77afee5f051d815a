"""The login services a site trusts, as its settings name them, and whose entitlements each may assert.

An entitlement names the authority that speaks in it (AARC-G069). A login service is believed only what it
says in the name of authorities the operator listed for it: nobody becomes a member here by a group of their
own making.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from caimera.people.entitlements import Authority, parse
from caimera.people.errors import LoginRefused, NotAGroup
from caimera.secrets import FileStore, SecretsError
from caimera.secrets.files import read_private
from caimera.web.site import SiteSettings

FIRST_LABEL = "Life Science Login"


@dataclass(frozen=True, slots=True)
class Provider:
    """One login service; `authorities` are those whose entitlements are believed when it asserts them."""

    label: str
    issuer: str
    client_id: str
    authorities: frozenset[Authority]
    secret_file: Path | None = None

    def secret(self, site: SiteSettings) -> str:
        """This site's secret there: from a file of its own, or else from the site's secrets.

        Raises LoginRefused where it cannot be read.
        """
        try:
            if self.secret_file:
                return read_private(self.secret_file).decode().strip()
            return FileStore(site.secrets_file, site.secrets_key_file).get("oidc_client_secret").decode()
        except SecretsError as error:
            raise LoginRefused(f"The client secret for {self.issuer} cannot be read: {error}") from error

    def edition(self, site: SiteSettings) -> int:
        """Changes when the secret may have changed."""
        kept_in = self.secret_file or site.secrets_file
        return kept_in.stat().st_mtime_ns if kept_in.exists() else 0

    def believed(self, entitlements: Iterable[str]) -> tuple[str, ...]:
        """Of what it asserts, the group entitlements of authorities it may speak for, in their order."""
        return tuple(text for text in entitlements if _authority_of(text) in self.authorities)


def _authority_of(entitlement: str) -> Authority | None:
    try:
        return parse(entitlement).authority
    except NotAGroup:
        return None


def authority_from(text: str) -> Authority:
    """An authority of the settings, written as `urn:geant:lifescience-ri.eu#aai.lifescience-ri.eu`.

    Raises NotAGroup.
    """
    namespace, found, name = text.partition("#")
    if not found or not name or not namespace.startswith("urn:"):
        raise NotAGroup(f"'{text}' is no authority: write <namespace>#<authority>.")
    return Authority(namespace, name)


def providers(site: SiteSettings | None = None) -> tuple[Provider, ...]:
    """The login services of this site, the one of `oidc_issuer` first."""
    site = site or settings.SITE
    own = parse(site.membership_group).authority
    first = Provider(FIRST_LABEL, site.oidc_issuer, site.oidc_client_id, frozenset((own,)))
    further = (
        Provider(
            label=one.label,
            issuer=one.issuer,
            client_id=one.client_id,
            authorities=frozenset(map(authority_from, one.authorities)),
            secret_file=one.secret_file,
        )
        for one in site.login_services
    )
    return (first, *further)


def provider_of(issuer: str) -> Provider:
    """The login service of this name. Raises LoginRefused where this site trusts none of it."""
    for one in providers():
        if one.issuer == issuer:
            return one
    raise LoginRefused(f"This site trusts no login service that calls itself '{issuer}'.")


def label_of(issuer: str) -> str:
    """What people call a login service; its address where it is trusted no longer."""
    return next((one.label for one in providers() if one.issuer == issuer), issuer)
