"""Writes the reference pages that come from the code; `--check` fails where one is out of date."""

from __future__ import annotations

import inspect
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click
import trail_example
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from caimera.cdm.tables import Column, Pair, Table
from caimera.forms import Question
from caimera.workflow import Workflow

ROOT = Path(__file__).parents[1]
REFERENCE = Path("docs/reference")
DEPLOY = Path("deploy")
NOTE = "<!-- Written by docs/generate.py; change the code, not this page. -->\n"


def main() -> int:
    """Write the pages, or say which are out of date."""
    checking = "--check" in sys.argv[1:]
    stale = [path for path, text in pages().items() if not up_to_date(ROOT / path, text, write=not checking)]
    if stale:
        print(f"Out of date: {', '.join(map(str, stale))}. Run `make docs`.", file=sys.stderr)
    return int(bool(stale))


def up_to_date(path: Path, text: str, *, write: bool) -> bool:
    """Whether the page says this; where writing is allowed it does afterwards."""
    if path.exists() and path.read_text() == text:
        return True
    if write:
        path.write_text(text)
    return write


def pages() -> dict[Path, str]:
    """Every generated file by its path in the repository."""
    from caimera.hub.settings.site import HubSettings
    from caimera.node.settings.site import NodeSettings

    reference = {
        "settings.md": settings_page(HubSettings, NodeSettings),
        "cli.md": cli_page(),
        "vocabulary.md": vocabulary_page(),
        "common-data-model.md": model_page(),
        "messages.md": messages_page(),
        "report.md": report_page(),
        "catalogue-profile.md": profile_page(),
        "workflows.md": workflows_page(),
        "forms.md": forms_page(),
        "authorisation.md": authorisation_page(),
        "notices.md": notices_page(),
        "trail-example.md": trail_example.page(),
    }
    samples = {"hub.env.sample": sample(HubSettings), "node.env.sample": sample(NodeSettings)}
    return {
        REFERENCE / "trail-example.jsonl": trail_example.text(),
        **{REFERENCE / name: NOTE + "\n".join(lines) + "\n" for name, lines in reference.items()},
        **{DEPLOY / name: "\n".join(lines) + "\n" for name, lines in samples.items()},
    }


def variables(kind: type[BaseSettings]) -> Iterator[tuple[str, FieldInfo]]:
    """The environment variables of a site, with the fields they fill."""
    for name, field in kind.model_fields.items():
        yield f"{kind.model_config.get('env_prefix', '')}{name}".upper(), field


def default_of(field: FieldInfo) -> str:
    """What a setting is when nobody sets it."""
    if field.default in (None, "", ()):
        return ""
    return json.dumps(field.default) if isinstance(field.default, bool | dict) else str(field.default)


def sample(kind: type[BaseSettings]) -> Iterator[str]:
    """A dotenv file to copy and fill in."""
    site = kind.__name__.removesuffix("Settings").lower()
    yield f"# Settings of a {site}; name this file in CAIMERA_ENV_FILE."
    for variable, field in variables(kind):
        yield f"\n# {field.description}"
        yield f"{variable}=" if field.is_required() else f"#{variable}={default_of(field)}"


def settings_page(*kinds: type[BaseSettings]) -> Iterator[str]:
    yield "# Settings\n"
    yield "From the environment, or from the dotenv file that `CAIMERA_ENV_FILE` names; never secrets.\n"
    for kind in kinds:
        yield f"## {kind.__name__.removesuffix('Settings')}\n"
        yield "| Variable | Default | Meaning |\n|---|---|---|"
        for variable, field in variables(kind):
            default = default_of(field)
            shown = "**required**" if field.is_required() else f"`{default}`" if default else ""
            yield f"| `{variable}` | {shown} | {field.description} |"
        yield ""


def cli_page() -> Iterator[str]:
    from caimera.cli.main import main as caimera

    yield "# Command line\n"
    yield from command_section(caimera, "caimera", 2)


def command_section(command: click.Command, name: str, level: int) -> Iterator[str]:
    context = click.Context(command, info_name=name)
    yield f"{'#' * min(level, 4)} `{name}`\n"
    yield inspect.cleandoc(command.help or "") + "\n"
    options = [parameter for parameter in command.params if isinstance(parameter, click.Option)]
    arguments = [parameter for parameter in command.params if isinstance(parameter, click.Argument)]
    if arguments:
        yield "Arguments: " + ", ".join(f"`{argument.human_readable_name}`" for argument in arguments) + "\n"
    if options:
        yield "| Option | Meaning |\n|---|---|"
        for option in options:
            yield f"| `{', '.join((*option.opts, *option.secondary_opts))}` | {option.help or ''} |"
        yield ""
    if isinstance(command, click.Group):
        for child in command.list_commands(context):
            found = command.get_command(context, child)
            if found is not None:
                yield from command_section(found, f"{name} {child}", level + 1)


def vocabulary_page() -> Iterator[str]:
    from caimera.vocabulary import VOCABULARY

    yield f"# Vocabulary {VOCABULARY.version}\n"
    yield "Names, labels, synonyms, codes and their labels are all understood."
    yield "Where codes come from and whose they are: [Code systems](code-systems.md).\n"
    for variable in VOCABULARY.variables:
        yield f"## {variable.label} (`{variable.name}`)\n"
        unit = f", in {variable.unit}" if variable.unit else ""
        yield f"{variable.help}\n"
        codes = ", ".join(code.curie for code in variable.codes)
        stored = f"stored in `{variable.cdm}`; codes {codes}"
        yield f"About the {variable.level}; {variable.kind}{unit}; {stored}.\n"
        if variable.banded:
            yield "Asked of protected datasets in bands of five.\n"
        if variable.values:
            above = "Part of" if variable.parts else "Kind of"
            yield f"| Name | Label | Also called | {above} | Codes |\n|---|---|---|---|---|"
            for value in variable.values:
                codes = ", ".join(code.curie for code in value.codes)
                kind = f"`{value.parent}`" if value.parent else ""
                yield f"| `{value.name}` | {value.label} | {', '.join(value.synonyms)} | {kind} | {codes} |"
            yield ""


def model_page() -> Iterator[str]:
    """Every table and column of the common data model, and what a database calls it."""
    from caimera.cdm import PLACES, TABLES
    from caimera.cdm.layout import SCHEMA

    yield "# The common data model\n"
    yield f"{len(TABLES)} tables after the EUCAIM common data model. A crate holds those that have rows, as"
    yield f"Parquet; a PostgreSQL database holds all of them in the schema `{SCHEMA}`, where a column is"
    yield "called as under *In a database*: the names of the EUCAIM ETL (etl-toolset,"
    yield "`3_init_eucaim_cdm_output.sql`). What is marked *added* the ETL does not have; a database may lack"
    yield "it."
    yield "**Bold** columns must be given.\n"
    for table in TABLES.values():
        yield f"## `{table.name}`\n"
        yield f"{table.help}\n"
        yield "| Column | Type | In a database | Holds |\n|---|---|---|---|"
        asked: dict[str, list[str]] = {}
        for place in PLACES.values():
            if place.table == table.name:
                which = f" ({place.code})" if place.code else ""
                asked.setdefault(place.column, []).append(f"`{place.variable}`{which}")
        for column in table.columns:
            yield _model_line(table, column, asked.get(column.name, []))
        yield ""
        yield from (f"- {_model_rule(pair)}" for pair in table.pairs)
        yield ""


def _model_line(table: Table, column: Column, asked: list[str]) -> str:
    from caimera.cdm.layout import is_patient_number

    name = f"**`{column.name}`**" if column.required else f"`{column.name}`"
    stored = f"`{column.stored}`" + (", added" if column.added else "")
    if is_patient_number(column):
        stored = "given when read" if table.name == "patient" else "`patient_id`, the identifier"
    answers = f" Answers {', '.join(asked)}." if asked else ""
    return f"| {name} | {column.type} | {stored} | {column.help}{answers} |"


def _model_rule(pair: Pair) -> str:
    words = {"needs": "needs", "either": "or", "before": "not after"}
    return f"`{pair.first}` {words[pair.rule]} `{pair.second}`"


def report_page() -> Iterator[str]:
    """The report of a question: its CSV columns, and the rows of the Python client."""
    from caimera.client import SearchResult
    from caimera.hub.search.columns import COLUMNS

    yield "# The report of a question\n"
    yield "A question's page, `caimera search --csv` and `Hub.report` give it. The JSON form is the state of"
    yield "the question as `/api/openapi.json` describes it, with `reported_at` and `software`.\n"
    yield "## CSV columns\n"
    yield "One row for each dataset, each of its values counted by, and each node that told of no dataset."
    yield "UTF-8 with a byte order mark; what could run as a formula there begins with an apostrophe.\n"
    yield "| Column | What it says |\n| --- | --- |"
    yield from (f"| `{name}` | {meaning} |" for name, meaning in COLUMNS.items())
    for method in (SearchResult.rows, SearchResult.breakdown_rows):
        yield f"\n## `SearchResult.{method.__name__}()`\n"
        yield inspect.getdoc(method) or ""


def profile_page() -> Iterator[str]:
    from caimera.dcat import Agent, Catalogue, Contact, ContactPoint, Dataset, DatasetSeries, Distribution
    from caimera.dcat.figures import Counted, CountedFacet, Figures
    from caimera.dcat.properties import Thing, properties

    yield "# Catalogue profile\n"
    yield "EUCAIM DCAT-AP v2.0 as Caimera reads and writes it."
    yield "M is mandatory, R recommended, C conditional, O optional."
    yield "Added and modified properties differ from HealthDCAT-AP Release 7."
    yield "What is computed from the data stands in `caimera:figures`, which no profile forbids;"
    yield "`caimera:` is `https://w3id.org/caimera#`, and this page tells what its properties mean.\n"
    kinds: list[type[Thing]] = [Dataset, Distribution, Catalogue, DatasetSeries, Agent, ContactPoint, Contact]
    kinds += [Figures, CountedFacet, Counted]
    for kind in kinds:
        yield f"## {kind.__name__} (`{kind.CLASS}`)\n"
        yield f"{inspect.cleandoc(kind.__doc__ or '')}\n"
        yield "| Field | Property | Occurrence | Value | Origin |\n|---|---|---|---|---|"
        for name, each in properties(kind):
            value = f"`{each.thing.CLASS}`" if each.thing else each.form
            yield f"| `{name}` | `{each.curie}` | {each.occurrence} | {value} | {each.origin} |"
        yield ""


def workflows_page() -> Iterator[str]:
    from caimera.workflow import workflows
    from caimera.workflow.diagrams import as_svg

    yield "# Workflows\n"
    yield "Who may do what, when, and by when: the tables that drive the code, its pages and its tests."
    yield "A case ends in a box with a thick border. What is possible nearly everywhere is not drawn.\n"
    for one in workflows():
        yield f"## {one.title} (`{one.id}`)\n"
        yield f"{as_svg(one)}\n"
        yield "| State | What it means | Waits for | Working days |\n|---|---|---|---|"
        yield from _states(one)
        yield "\n| Event | From | To | By | Files | Requires | Reason | Tells |"
        yield "|---|---|---|---|---|---|---|---|"
        yield from _ways(one)
        yield ""


def _states(one: Workflow) -> Iterator[str]:
    for state in one.states:
        due = one.deadline(state.name)
        then = f", then `{due.event}`" if due and due.event else ""
        ends = f"{due.working_days}{then}" if due else ""
        yield f"| {state.label} | {state.help} | {_roles(one, state.waits_for)} | {ends} |"


def _ways(one: Workflow) -> Iterator[str]:
    states = {state.name: state.label for state in one.states}
    for way in one.transitions:
        cells = (
            f"{way.label} (`{way.event}`)",
            ", ".join(states[name] for name in way.sources),
            states.get(way.target, "stays"),
            _roles(one, way.roles),
            way.form,
            ", ".join(way.requires),
            "yes" if way.reason else "",
            _roles(one, way.tells),
        )
        yield f"| {' | '.join(cells)} |"


def _roles(one: Workflow, names: Iterable[str]) -> str:
    labels = {role.name: role.label for role in one.roles} | {"clock": "the clock"}
    return ", ".join(labels[name] for name in names)


def forms_page() -> Iterator[str]:
    from caimera.forms import forms

    yield "# Forms\n"
    yield "What is asked on the way of a case, as it stands in the forms themselves.\n"
    for one in forms():
        yield f"## {one.title} (`{one.id}`)\n"
        yield f"{one.intro}\n"
        yield "| Question | Kind | Needed | Choices and bounds | Shown if |\n|---|---|---|---|---|"
        for question in one.questions:
            yield _question(question)
        yield ""


def _question(one: Question) -> str:
    bounds = [
        "; ".join(one.options.values()),
        f"at most {one.words} words" if one.words else "",
        f"at least {one.least:g}" if one.least is not None else "",
        f"at most {one.most:g}" if one.most is not None else "",
        one.unit,
    ]
    shown = f"`{one.shown_if.question}` is {' or '.join(one.shown_if.values)}" if one.shown_if else ""
    needed = "yes" if one.required else ""
    cells = (f"{one.label} (`{one.name}`)", one.kind.value, needed, ", ".join(filter(None, bounds)), shown)
    return f"| {' | '.join(cells)} |"


def authorisation_page() -> Iterator[str]:
    from caimera.people.roles import PERMISSIONS, ROLES

    yield "# Who may do what\n"
    yield "Roles carry permissions, routes need one; both stand in the code, and tests hold every site"
    yield "against this page with real requests.\n"
    yield "## Permissions\n"
    yield from (f"- `{name}` — {words}." for name, words in PERMISSIONS.items())
    yield "\n## Roles\n"
    yield "| Role | What it is for | Permissions | How it comes |\n|---|---|---|---|"
    for role in ROLES.values():
        ways = ["an operator" + (", confirmed by another" if role.four_eyes else "")] if role.given else []
        ways += [f"the group `{role.group}`"] if role.group else []
        may = ", ".join(f"`{name}`" for name in role.permissions)
        comes = ", ".join(ways) or "membership"
        yield f"| {role.label} (`{role.name}`) | {role.description} | {may} | {comes} |"
    for kind in ("hub", "node"):
        yield f"\n## Every route of a {kind}\n"
        yield "*Own*: the address names an object, and only the caller's own is there for them."
        yield "Each column is somebody with that role and no other.\n"
        command = [sys.executable, str(ROOT / "docs" / "authorisation.py"), kind]
        yield subprocess.run(command, check=True, capture_output=True, text=True).stdout.rstrip()


def notices_page() -> Iterator[str]:
    yield "# Notices\n"
    yield "What a site tells its people, on a page and by mail: every kind, as a hub has it. What can be"
    yield "chosen each chooses under `/me/notices/preferences`. `%(…)s` stands for a date, role or number.\n"
    command = [sys.executable, str(ROOT / "docs" / "notices.py")]
    yield subprocess.run(command, check=True, capture_output=True, text=True).stdout.rstrip()


def messages_page() -> Iterator[str]:
    from caimera.protocol.messages import type_of_message

    yield "# Messages\n"
    yield "What hub and nodes say to each other, inside a signed and sealed envelope.\n"
    yield "Each has a pinned vector in `tests/vectors/`.\n"
    for name, kind in sorted(type_of_message.items()):
        yield f"## `{name}`\n"
        yield f"{(kind.__doc__ or '').strip()}\n"
        yield "| Field | Type |\n|---|---|"
        for field, schema in kind.model_json_schema()["properties"].items():
            yield f"| `{field}` | {type_in_words(schema)} |"
        yield ""


def type_in_words(schema: dict[str, Any]) -> str:
    """The JSON type of a field, or the name of the one it refers to."""
    referred = str(schema.get("$ref", "")).rpartition("/")[2]
    return str(schema.get("format") or schema.get("type") or referred or "one of several")


if __name__ == "__main__":
    os.environ.setdefault("NO_COLOR", "1")
    sys.exit(main())
