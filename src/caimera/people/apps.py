"""The Django application `people`."""

from django.apps import AppConfig
from django.conf import settings

from caimera.people.entitlements import parse
from caimera.people.errors import LoginRefused, NotAGroup
from caimera.people.login_service import require_trustworthy_address
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
        require_trustworthy_address(site.oidc_issuer, demo=site.demo)
    except LoginRefused as problem:
        raise SettingsProblem(f"{prefix}OIDC_ISSUER cannot be used: {problem}") from None
