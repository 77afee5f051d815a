"""`caimera audit`: verify, read, export and keep the trail of a site. Verifying a file needs no site."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal, NoReturn, TypeVar

import click

from caimera.audit.errors import AuditError, ExportMalformed
from caimera.audit.lines import Line, read, write
from caimera.audit.proofs import Proof, check, is_proof, parse
from caimera.audit.verifying import Report, verify
from caimera.merkle import MerkleError, Note, VerifierKey

if TYPE_CHECKING:
    from caimera.audit.models import Record

_KEY_GIVEN = "the key given"
_KEY_NAMED = "named by the trail itself: compare it with the site's"

Command = TypeVar("Command", bound=Callable[..., object])


@dataclass(frozen=True, slots=True)
class Site:
    """Whose trail: a hub's or a node's by their settings, or a site of the running demo."""

    kind: Literal["hub", "node"] | None
    demo: str | None

    def begin(self) -> None:
        """Let Django read the site's settings. Raises ClickException where it is not clear whose."""
        from caimera.cli.sites import begin, demo_site, kind_of_site

        kind = demo_site(self.demo) if self.demo else self.kind or kind_of_site()
        begin(f"caimera.{kind}.settings")


class Instant(click.ParamType[datetime]):
    """A time as ISO 8601 has it; in UTC unless it says otherwise."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The time; click's own error where it is none."""
        try:
            at = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"'{value}' is no time. Write it as 2026-11-27 or 2026-11-27T09:30:00Z.", param, ctx)
        return at if at.tzinfo else at.replace(tzinfo=UTC)


@click.group()
@click.option(
    "--site", "kind", type=click.Choice(["hub", "node"]), help="Whose settings to use; those that are set."
)
@click.option("--demo", metavar="SITE", help="A site of the running demo instead, such as hub or trials.")
@click.pass_context
def audit(context: click.Context, kind: Literal["hub", "node"] | None, demo: str | None) -> None:
    """The trail of a site: verify it, read it, export it."""
    context.obj = Site(kind, demo)


def _window(command: Command) -> Command:
    command = click.option("--until", type=Instant(), help="Only acts before this time.")(command)
    return click.option("--from", "since", type=Instant(), help="Only acts at this time or later.")(command)


@audit.command("verify")
@click.argument("file", type=click.File("rb"), required=False)
@click.option("--key", help="Verifier key of the site's log, known from elsewhere.")
@click.option(
    "--witness", "witnesses", multiple=True, help="Verifier key of a witness, known from elsewhere."
)
@click.option(
    "--known",
    type=click.File("rb"),
    multiple=True,
    help="File with a signed checkpoint kept earlier, which the trail must go on from.",
)
@click.pass_obj
def verify_trail(
    site: Site,
    file: IO[bytes] | None,
    key: str | None,
    witnesses: tuple[str, ...],
    known: tuple[IO[bytes], ...],
) -> None:
    """Check that a trail is what its site signed; FILE is an export or a record's proof, - standard input.

    Without FILE the site's own trail is checked where it lies. Ends with 0 when nothing was changed,
    otherwise with 1.
    """
    first = file.readline() if file else b""
    try:
        log = VerifierKey.parse(key) if key else None
        if file and is_proof(first):
            _verify_proof(parse(first + file.read()), log)
        witness_keys = [VerifierKey.parse(each) for each in witnesses]
        kept = [Note.parse(each.read().decode(errors="replace")) for each in known]
        lines = read(chain([first], file)) if file else _own_lines(site)
        report = verify(lines, key=log, witnesses=witness_keys, known=kept)
    except (MerkleError, ExportMalformed) as error:
        raise click.ClickException(str(error)) from None
    for line in chain(() if file else _rights(), _told(report)):
        click.echo(line)
    sys.exit(1 if report.findings else 0)


def _verify_proof(proof: Proof, key: VerifierKey | None) -> NoReturn:
    """Say what a proof shows, and end with 0 or 1."""
    verdict = check(proof, key=key)
    click.echo(f"{proof.site}: one record, at position {verdict.position} of {verdict.size} signed leaves.")
    click.echo(f"Signed with {proof.key}, {_KEY_GIVEN if key else _KEY_NAMED}.")
    for name, seconds in verdict.cosigned_by.items():
        at = datetime.fromtimestamp(seconds, UTC)
        click.echo(f"The checkpoint was cosigned by {name} at {at:%Y-%m-%d %H:%M:%S} UTC.")
    click.echo(f"What the leaf says: {proof.leaf}")
    for one in proof.opened:
        click.echo(f"Opened: {one.place} is {json.dumps(one.value, ensure_ascii=False)}")
    for finding in verdict.findings:
        click.echo(f"FOUND: {finding}")
    click.echo(f"{len(verdict.findings)} findings." if verdict.findings else "Nothing was changed.")
    sys.exit(1 if verdict.findings else 0)


def _own_lines(site: Site) -> Iterable[Line]:
    site.begin()
    from caimera.audit.exporting import verifiable

    return verifiable()


def _rights() -> Iterator[str]:
    """Whether the site could have changed its own trail."""
    from caimera.audit.queries import how_weak

    yield (
        how_weak()
        or "The database role that serves this site can add to the trail, and change nothing in it."
    )


def _told(report: Report) -> Iterator[str]:
    """A report in sentences."""
    header = report.header
    yield f"{header.site}: {report.leaves} leaves from {header.begin} on, {report.checkpoints} checkpoints."
    yield (
        f"{report.opened} records stand beside their leaves, {report.erased} were erased, "
        f"{report.retired} were retired with their leaves."
    )
    known = _KEY_GIVEN if report.key_given else _KEY_NAMED
    yield f"Signed with {header.key}, {known}."
    for name, seconds in report.cosigned_by.items():
        at = datetime.fromtimestamp(seconds, UTC)
        yield f"The latest checkpoint was cosigned by {name} at {at:%Y-%m-%d %H:%M:%S} UTC."
    if not report.cosigned_by:
        yield "No witness cosigned the latest checkpoint: that there is no other history is the site's word."
    yield from (f"FOUND: {finding}" for finding in report.findings)
    yield f"{len(report.findings)} findings." if report.findings else "Nothing was changed."


@audit.command()
@click.option("--actor", default="", help="Only acts of this actor, such as person:ab12 or site:trials.")
@click.option("--object", "object_", default="", help="Only acts on this object, such as dataset:<id>.")
@click.option("--act", default="", help="Only this act, such as question.asked.")
@click.option("--about", multiple=True, help="Only records that name this person, anywhere.")
@_window
@click.option("--limit", default=50, show_default=True, help="Records shown at most, the newest.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, a record a line.")
@click.pass_obj
def show(
    site: Site,
    actor: str,
    object_: str,
    act: str,
    about: tuple[str, ...],
    since: datetime | None,
    until: datetime | None,
    limit: int,
    as_json: bool,
) -> None:
    """Show records, the newest first. The reading is itself recorded."""
    site.begin()
    from caimera.audit.queries import between, records_about, trail

    asked = {"actor": actor, "object": object_, "act": act}
    found = between(trail(**asked), since, until)
    if about:
        found = found & between(records_about(about), since, until)
    shown = list(found[:limit])
    _note("trail.read", {**asked, "about": list(about), **_times(since, until), "records": len(shown)})
    for record in shown:
        click.echo(json.dumps(_plain(record), ensure_ascii=False) if as_json else str(record))


def _plain(record: Record) -> dict[str, Any]:
    return {
        "id": record.id,
        "at": record.at.isoformat(),
        "act": record.act,
        "actor": record.actor,
        "object": record.object,
        "detail": record.detail,
        "request_id": record.request_id,
    }


def _note(act: str, detail: dict[str, Any]) -> None:
    from django.db import transaction

    from caimera.audit.actions import record

    with transaction.atomic():
        record(act=act, actor="system", detail=detail)


def _times(since: datetime | None, until: datetime | None) -> dict[str, str]:
    return {"from": since.isoformat() if since else "", "until": until.isoformat() if until else ""}


@audit.command()
@_window
@click.option("--opened", is_flag=True, help="With the records themselves and the keys of pseudonyms.")
@click.option("--output", type=click.Path(path_type=Path), help="File to write; standard output by default.")
@click.pass_obj
def export(
    site: Site, since: datetime | None, until: datetime | None, opened: bool, output: Path | None
) -> None:
    """Write the trail, or a part of it, as a file that anyone can verify.

    Without --opened it tells nothing about persons. The exporting is itself recorded.
    """
    site.begin()
    from caimera.audit.exporting import Window
    from caimera.audit.exporting import export as lines

    _note("trail.exported", {**_times(since, until), "opened": opened})
    _sequence()
    texts = write(lines(Window(since, until, opened)))
    if output is None:
        for text in texts:
            click.echo(text, nl=False)
        return
    with _only_whole(output) as unfinished, unfinished.open("w", encoding="utf-8") as file:
        file.writelines(texts)


@contextmanager
def _only_whole(output: Path) -> Iterator[Path]:
    """A file beside the one wanted, nobody else's to read, which takes its place once it is whole."""
    unfinished = output.with_name(f"{output.name}.new")
    unfinished.touch(mode=0o600)
    unfinished.chmod(0o600)
    yield unfinished
    unfinished.replace(output)


@audit.command()
@_window
@click.option("--person", multiple=True, help="Only records that name this person, such as person:ab12.")
@click.option("--dataset", default="", help="Only records about this dataset, by its identifier.")
@click.option("--node", default="", help="Only records about this node, by its short name.")
@click.option("--json", "form", flag_value="json", help="Print JSON.")
@click.option("--csv", "form", flag_value="csv", help="Print CSV.")
@click.option(
    "--output", type=click.Path(path_type=Path), help="Archive (ZIP) to write, with the part of the trail."
)
@click.pass_obj
def touched(
    site: Site,
    since: datetime | None,
    until: datetime | None,
    person: tuple[str, ...],
    dataset: str,
    node: str,
    form: str | None,
    output: Path | None,
) -> None:
    """Say who and what was touched between two times, as after a breach. The reading is itself recorded."""
    site.begin()
    from caimera.audit.touching import Wanted, as_csv, as_json, package
    from caimera.audit.touching import touched as look

    narrowed = {"about": list(person), "dataset": dataset, "site": node}
    act = "trail.exported" if output else "trail.read"
    _note(act, {"what": "touched", **_times(since, until), **narrowed})
    if output:
        _sequence()
    found = look(Wanted(since, until, person, dataset, node))
    if output:
        with _only_whole(output) as unfinished, unfinished.open("wb") as file:
            package(found, file)
        return
    if form:
        click.echo(as_json(found) if form == "json" else as_csv(found), nl=form == "json")
        return
    for each in found.touches:
        times = f"{each.first:%Y-%m-%d %H:%M:%S} to {each.last:%Y-%m-%d %H:%M:%S}"
        click.echo(f"{each.count:>6}  {times}  {each.actor} {each.act} {each.object}".rstrip())


@audit.command()
@click.pass_obj
def sequence(site: Site) -> None:
    """Give waiting records their places in the tree and sign it; the worker or agent does so by itself."""
    site.begin()
    placed, signed = _sequence()
    outcome = f"signed a checkpoint of {signed}" if signed else "nothing to sign"
    click.echo(f"{placed} records placed; {outcome}.")


def _sequence() -> tuple[int, int]:
    """How many records were placed, and the size that was signed, or 0. Raises ClickException."""
    from caimera.audit.checkpoints import make_checkpoint
    from caimera.audit.sequencing import sequence as place

    try:
        placed = place(wait=True)
        checkpoint = make_checkpoint(wait=True)
    except AuditError as error:
        raise click.ClickException(str(error)) from None
    return (placed.count if placed else 0), (checkpoint.size if checkpoint else 0)


@audit.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.confirmation_option(
    "--yes", help="Do not ask.", prompt="What the trail says of this person cannot be brought back. Go on?"
)
@click.pass_obj
def forget(site: Site, names: tuple[str, ...]) -> None:
    """Forget the person called NAME, such as person:ab12, by all the names that are given.

    Their records are erased and the keys of their pseudonyms destroyed; the tree stays whole.
    """
    site.begin()
    from caimera.audit.actions import forget_person

    try:
        erased = forget_person(names=names, actor="system")
    except AuditError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{erased} records erased.")


@audit.command()
@click.pass_obj
def expire(site: Site) -> None:
    """Retire records older than the setting audit_retention_days says; the worker or agent does so daily."""
    site.begin()
    from django.conf import settings
    from django.utils import timezone

    from caimera.audit.retiring import apply_retention

    try:
        retired = apply_retention(days=settings.SITE.audit_retention_days, now=timezone.now())
    except AuditError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{retired} records retired.")


@audit.command()
@click.pass_obj
def keys(site: Site) -> None:
    """Print the verifier keys of this site: of its log, and of what it cosigns as a witness."""
    site.begin()
    from caimera.audit.keys import log_key, witness_key

    click.echo(f"{log_key().verifier}\n{witness_key().verifier}")
