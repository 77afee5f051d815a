"""What a hub must be told before it starts."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import AwareDatetime, Field, StringConstraints, field_validator
from pydantic_settings import SettingsConfigDict

from caimera.web.site import SiteSettings

Contact = Annotated[str, StringConstraints(pattern=r"^(https://|mailto:|tel:)[!-~]+$")]


class HubSettings(SiteSettings):
    """The settings of a hub, from variables that begin with `CAIMERA_HUB_`."""

    model_config = SettingsConfigDict(env_prefix="CAIMERA_HUB_")

    questions_per_minute: Annotated[
        int, Field(ge=0, description="Questions one person may ask a minute; 0 for no limit.")
    ] = 30
    operator_name: Annotated[
        str,
        Field(description="Organisation that answers for this site, as imprint and privacy notice name it."),
    ] = ""
    operator_address: Annotated[str, Field(description="Its postal address, in one line.")] = ""
    operator_contact: Annotated[
        str, Field(description="Mail address or page where it can be reached, also about barriers.")
    ] = ""
    operator_details: Annotated[
        str,
        Field(
            description="What else the law of its country asks of an imprint: who represents it, register, "
            "VAT number."
        ),
    ] = ""
    data_protection_contact: Annotated[
        str, Field(description="Mail address or page of its data protection officer.")
    ] = ""
    supervisory_authority: Annotated[
        str, Field(description="Authority people may complain to about personal data.")
    ] = ""
    enforcement_body: Annotated[
        str, Field(description="Body that decides about barriers nobody removed (Directive (EU) 2016/2102).")
    ] = ""
    security_contacts: Annotated[
        tuple[Contact, ...],
        Field(
            description="Where weaknesses are reported, for `/.well-known/security.txt`, as a JSON list of "
            "https:, mailto: or tel: addresses, the best first."
        ),
    ] = ()
    security_expires: Annotated[
        AwareDatetime | None,
        Field(
            description="Until when these contacts hold, such as 2027-06-30T00:00:00Z; RFC 9116 advises less "
            "than a year."
        ),
    ] = None
    data_dir: Annotated[
        Path | None, Field(description="Folder for files that people hand in; without it, none are taken.")
    ] = None
    clamd: Annotated[
        str,
        Field(
            pattern=r"^(unix:/.+|tcp://.+:\d+)?$",
            description="Virus scanner (clamd) for these files, as unix:/run/clamav/clamd.ctl or "
            "tcp://host:3310; empty where there is none.",
        ),
    ] = ""
    closing_days: Annotated[
        tuple[date, ...],
        Field(
            description="Days on which nobody decides here, besides weekends and TARGET's closing days, as a "
            'JSON list such as ["2026-12-24"]; deadlines go round them.'
        ),
    ] = ()
    documentation_url: Annotated[
        str,
        Field(
            pattern=r"^(https?://.+)?$",
            description="Where the documentation built by `make docs` is published; empty where it is not.",
        ),
    ] = "https://caimera.readthedocs.io/"

    @field_validator("documentation_url")
    @classmethod
    def _with_slash(cls, url: str) -> str:
        return f"{url.rstrip('/')}/" if url else ""
