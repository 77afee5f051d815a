"""Every setting and every option of the command line stands in the reference."""

from __future__ import annotations

from pathlib import Path

import click

from caimera.cli.main import main as caimera
from caimera.hub.settings.site import HubSettings
from caimera.node.settings.site import NodeSettings
from tests.house.rules.documented import missing, options, options_missing

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


def settings() -> list[str]:
    kinds = (HubSettings, NodeSettings)
    return [
        f"{kind.model_config['env_prefix']}{name}".upper() for kind in kinds for name in kind.model_fields
    ]


def test_every_setting_is_documented() -> None:
    assert len(settings()) > 20
    assert missing(settings(), (REFERENCE / "settings.md").read_text()) == []


def test_every_setting_says_what_it_means() -> None:
    fields = {**HubSettings.model_fields, **NodeSettings.model_fields}
    assert [name for name, field in fields.items() if not field.description] == []


def test_every_option_is_documented() -> None:
    found = list(options(caimera, "caimera"))
    assert len(found) > 10
    assert options_missing(found, (REFERENCE / "cli.md").read_text()) == []


def test_a_setting_nobody_wrote_down_is_found() -> None:
    assert missing(["CAIMERA_HUB_SITE_ID", "CAIMERA_HUB_NEW"], "| `CAIMERA_HUB_SITE_ID` |") == [
        "CAIMERA_HUB_NEW"
    ]


def test_an_option_of_another_command_does_not_count() -> None:
    @click.group()
    def tool() -> None: ...

    @tool.command()
    @click.option("--json", is_flag=True)
    def show(json: bool) -> None: ...

    page = "# Command line\n## `tool`\n### `tool list`\n| `--json` | x |\n### `tool show`\nnothing"
    assert options_missing(options(tool, "tool"), page) == ["tool show --json"]
