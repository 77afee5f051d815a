"""The countries of Europe by the codes of the EU's list (ISO 3166-1 alpha-3), and its continents."""

from __future__ import annotations

from collections.abc import Mapping

_NAMES = """
ALB Albania|AND Andorra|AUT Austria|BEL Belgium|BGR Bulgaria|BIH Bosnia and Herzegovina|BLR Belarus
CHE Switzerland|CYP Cyprus|CZE Czechia|DEU Germany|DNK Denmark|ESP Spain|EST Estonia|FIN Finland
FRA France|GBR United Kingdom|GEO Georgia|GRC Greece|HRV Croatia|HUN Hungary|IRL Ireland|ISL Iceland
ISR Israel|ITA Italy|LIE Liechtenstein|LTU Lithuania|LUX Luxembourg|LVA Latvia|MDA Moldova
MKD North Macedonia|MLT Malta|MNE Montenegro|NLD Netherlands|NOR Norway|POL Poland|PRT Portugal
ROU Romania|SRB Serbia|SVK Slovakia|SVN Slovenia|SWE Sweden|TUR Türkiye|UKR Ukraine|USA United States
CAN Canada|AUS Australia|JPN Japan|CHN China|IND India|BRA Brazil|EUROPE Europe|AFRICA Africa|ASIA Asia
N_AMERICA North America|S_AMERICA South America
"""

COUNTRIES: Mapping[str, str] = {
    code: name
    for code, _blank, name in (
        each.partition(" ") for line in _NAMES.strip().splitlines() for each in line.split("|")
    )
}
"""Names in English by code; a code that is not here is shown as it is."""
