"""The Django application `people`."""

from django.apps import AppConfig
from django.conf import settings

from caimera.people.discovery import require_trustworthy_address
from caimera.people.entitlements import parse
from caimera.people.errors import LoginRefused, NotAGroup
from caimera.people.providers import providers
from caimera.people.roles import PERMISSIONS
from caimera.web.site import SettingsProblem, SiteSettings


class PeopleConfig(AppConfig):
    """Persons; the site does not start with a login service or a membership group that cannot be meant."""

    name = "caimera.people"
    label = "people"

    def ready(self) -> None:
        refuse_unusable(settings.SITE)
        from caimera.people import chapters, own_chapters

        for chapter in own_chapters.ALL:
            chapters.register(chapter)


def refuse_unusable(site: SiteSettings) -> None:
    """Raises SettingsProblem, naming the variable to set."""
    prefix = site.model_config.get("env_prefix", "")
    try:
        parse(site.membership_group)
    except NotAGroup as problem:
        raise SettingsProblem(f"{prefix}MEMBERSHIP_GROUP cannot be used: {problem}") from None
    try:
        trusted = providers(site)
    except NotAGroup as problem:
        raise SettingsProblem(f"{prefix}LOGIN_SERVICES cannot be used: {problem}") from None
    if len({one.issuer for one in trusted}) < len(trusted):
        raise SettingsProblem(f"{prefix}LOGIN_SERVICES cannot be used: it names an issuer twice.")
    for one, name in zip(trusted, ("OIDC_ISSUER", *["LOGIN_SERVICES"] * len(trusted)), strict=False):
        try:
            require_trustworthy_address(one.issuer, demo=site.demo)
        except LoginRefused as problem:
            raise SettingsProblem(f"{prefix}{name} cannot be used: {problem}") from None
    _refuse_unknown_step_up(site, prefix)


def _refuse_unknown_step_up(site: SiteSettings, prefix: str) -> None:
    if unknown := sorted({one for one in site.step_up_for if one not in PERMISSIONS and ":" not in one}):
        raise SettingsProblem(
            f"{prefix}STEP_UP_FOR cannot be used: {', '.join(unknown)} is no permission "
            f"({', '.join(PERMISSIONS)}) and no route, such as people:forget-me."
        )
