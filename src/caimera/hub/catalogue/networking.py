"""Networks of organisations, their imaging biobanks, and the datasets these hold.

Organisations, networks and biobanks are what operators keep (`people`); a dataset is an organisation's where
its node describes it, or where its record names the organisation or one of its biobanks as who holds it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from caimera.hub.catalogue.models import Record
from caimera.hub.catalogue.queries import visible_records
from caimera.people.models import Biobank, Network, Organisation


@dataclass(frozen=True, slots=True)
class Held:
    """An imaging biobank, or what an organisation holds besides (`biobank` None), with its datasets."""

    organisation: Organisation
    biobank: Biobank | None
    datasets: int

    @property
    def name(self) -> str:
        """What people call it."""
        return self.biobank.name if self.biobank else self.organisation.name


@dataclass(frozen=True, slots=True)
class Member:
    """An organisation with its biobanks, then what is not said to be of one of them."""

    organisation: Organisation
    held: Sequence[Held]

    @property
    def datasets(self) -> int:
        """Its datasets altogether."""
        return sum(one.datasets for one in self.held)


@dataclass(frozen=True, slots=True)
class Joined:
    """A network with its organisations; those that are in none have no `network`."""

    network: Network | None
    members: Sequence[Member]

    @property
    def datasets(self) -> int:
        """The datasets of all its members."""
        return sum(one.datasets for one in self.members)

    @property
    def countries(self) -> Sequence[tuple[str, int, int]]:
        """Each country with its members and their datasets, by name; the last is where none is given."""
        found: defaultdict[str, list[Member]] = defaultdict(list)
        for one in self.members:
            found[one.organisation.country].append(one)
        rows = [(name, len(some), sum(one.datasets for one in some)) for name, some in found.items()]
        return sorted(rows, key=lambda row: (row[0] == "", row[0]))


def joined() -> list[Joined]:
    """Every network, then the organisations that are in none."""
    found = [Joined(one, _members(one.organisations.all())) for one in _networks()]
    alone = _members(Organisation.objects.filter(networks=None).prefetch_related("biobanks"))
    return [*found, Joined(None, alone)] if alone else found


def joined_in(network_id: int) -> Joined | None:
    """One network; None where there is none of this number."""
    one = _networks().filter(pk=network_id).first()
    return Joined(one, _members(one.organisations.all())) if one else None


def _networks() -> QuerySet[Network]:
    return Network.objects.prefetch_related("organisations__biobanks")


def _members(organisations: Iterable[Organisation]) -> list[Member]:
    return [Member(one, _held(one)) for one in organisations]


def _held(organisation: Organisation) -> list[Held]:
    biobanks = list(organisation.biobanks.all())
    found = [Held(organisation, one, datasets_of_biobank(one).count()) for one in biobanks]
    besides = datasets_of(organisation).exclude(pk__in=_in_biobanks(biobanks).values("pk")).count()
    return [*found, Held(organisation, None, besides)] if besides or not found else found


def datasets_of(organisation: Organisation) -> QuerySet[Record]:
    """The datasets of an organisation: of the node it runs, and those whose records name it."""
    wanted = Q(provider__iexact=organisation.name)
    if organisation.node_id:
        wanted |= Q(source_id=organisation.node_id)
    return visible_records().filter(wanted | Q(pk__in=_in_biobanks(organisation.biobanks.all()).values("pk")))


def datasets_of_biobank(biobank: Biobank) -> QuerySet[Record]:
    """The datasets whose records name a biobank as who holds them."""
    return _in_biobanks([biobank])


def _in_biobanks(biobanks: Iterable[Biobank]) -> QuerySet[Record]:
    wanted = Q(pk__in=())
    for one in biobanks:
        wanted |= Q(provider__iexact=one.name)
    return visible_records().filter(wanted)


def organisation_of(source_id: str, provider: str) -> Organisation | None:
    """Whose a dataset is, by its source and the holder it names: the name tells before the node does."""
    if not provider:
        return Organisation.objects.filter(node_id=source_id).first()
    named = Organisation.objects.filter(Q(name__iexact=provider) | Q(biobanks__name__iexact=provider)).first()
    return named or Organisation.objects.filter(node_id=source_id).first()


def biobank_of(organisation: Organisation, provider: str) -> Biobank | None:
    """The biobank a holder's name means."""
    return organisation.biobanks.filter(name__iexact=provider).first() if provider else None
