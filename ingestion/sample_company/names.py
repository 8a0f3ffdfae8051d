"""Names of people and firms that do not exist, their e-mail addresses and telephone numbers.

Every address is in a domain reserved for examples, every number holds 555.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

FIRST = (
    "Ada Alan Amelie Anika Arjun Astrid Beatrix Bruno Callum Carmen Cedric Clara Dalia Declan "
    "Edith Elias Emre Esther Fabian Farah Felix Fiona Gareth Greta Hanna Hugo Ines Isaac Ivy "
    "Jonas Judith Kai Karin Lars Leona Liam Lotte Malik Marit Mateo Mira Nadia Nils Noor Olive "
    "Oskar Paula Pieter Quentin Rafael Rhea Rosa Samir Selma Silas Tamsin Theo Ursula Viggo "
    "Wanda Yara Yusuf Zelda"
).split()
LAST = (
    "Abernathy Ashdown Barlow Bergstrom Blackwood Brandt Calloway Carrow Castellan Cromwell "
    "Dahlgren Delacroix Dunmore Eastwick Ellery Fairbanks Falkner Farrow Garrick Grunwald Hadley "
    "Halloran Hartwell Haverford Ingram Ivanov Jarrow Kessler Kingsley Kovacs Lachlan Langford "
    "Lindqvist Lockhart Marchetti Marlowe Merriweather Moreau Nakamura Northcott Novak Okafor "
    "Oldfield Ortega Pemberton Penhallow Petrov Quill Radcliffe Rasmussen Redfern Rosenthal "
    "Saltzman Santoro Sinclair Somerset Stroud Tanaka Thackeray Thornbury Underhill Vandermeer "
    "Vasquez Wakefield Weatherby Whitlock Winslow Yardley Zeller"
).split()
CYRILLIC = (
    ("Елена Соколова", "elena.sokolova"),
    ("Игорь Белов", "igor.belov"),
    ("Мария Лебедева", "maria.lebedeva"),
    ("Олег Журавлёв", "oleg.zhuravlev"),
    ("Светлана Орлова", "svetlana.orlova"),
)
FIRM = (
    "Alder Amber Anchor Apex Arbor Ashford Aurora Basalt Beacon Birch Blue Bramble Bright Canyon "
    "Cedar Cinder Clear Cobalt Copper Coral Crescent Crown Delta Drift Eagle Echo Elm Ember "
    "Falcon Fern Flint Fox Garnet Glen Granite Gray Harbor Haven Hazel Heron Hollow Indigo Iron "
    "Ivory Jasper Juniper Kestrel Lantern Larch Laurel Linden Lunar Maple Marble Meadow Mill "
    "Moss North Oak Onyx Opal Orchard Osprey Pearl Pine Prairie Quarry Raven Ridge River Rowan "
    "Sable Saffron Sage Shore Silver Slate Solar Spruce Sterling Stone Summit Thistle Timber "
    "Topaz Umber Vale Velvet Violet Walnut Wave West Willow Winter Wren Zephyr"
).split()
FIRM_END = (
    "well gate field bridge worth stead ford point crest brook wood view line path light mark "
    "works land port side"
).split()
FIRM_KIND = (
    "Analytics Logistics Foods Medical Textiles Energy Machines Optics Plastics Robotics Systems "
    "Labs Packaging Motors Ceramics Marine"
).split()
INDUSTRIES = (
    "Manufacturing Healthcare Logistics Energy Retail Software Education Construction "
    "Pharmaceuticals Agriculture"
).split()
DECIDERS = (
    "CEO",
    "Chief Technology Officer",
    "VP Operations",
    "Head of Purchasing",
    "Director of Engineering",
    "Owner",
    "Founder",
    "Коммерческий директор",
    "Владелец",
)
OTHERS = (
    "Laboratory Manager",
    "Process Engineer",
    "Buyer",
    "Quality Specialist",
    "Project Manager",
    "Procurement Analyst",
    "Maintenance Lead",
    "Research Assistant",
    "Headhunter",  # holds 'head', but not as a word
)


@dataclass(frozen=True)
class Firm:
    """A company name and the domain of its people."""

    name: str
    domain: str


@dataclass(frozen=True)
class Person:
    """Somebody at a firm; `email` is nobody else's."""

    name: str
    email: str
    title: str
    firm: Firm


class Names:
    """Draws people and firms; no two people share an address."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._taken: dict[str, int] = {}

    def firm(self) -> Firm:
        """A firm; in a large company several people turn out to work at the same one."""
        first, end = self._rng.randrange(len(FIRM)), self._rng.randrange(len(FIRM_END))
        name = FIRM[first] + FIRM_END[end]
        kind = FIRM_KIND[(first * 7 + end) % len(FIRM_KIND)]  # one business, one domain a name
        return Firm(f"{name} {kind}", f"{name.lower()}.example")

    def person(self, firm: Firm) -> Person:
        """Somebody at that firm, with a title; about one in three decides."""
        rng = self._rng
        if rng.random() < 0.03:
            name, local = rng.choice(CYRILLIC)
        else:
            first, last = rng.choice(FIRST), rng.choice(LAST)
            name, local = f"{first} {last}", f"{first}.{last}".lower()
        address = f"{local}@{firm.domain}"
        namesakes = self._taken.get(address, 0)
        self._taken[address] = namesakes + 1
        if namesakes:
            address = f"{local}{namesakes + 1}@{firm.domain}"
        title = rng.choice(DECIDERS if rng.random() < 0.34 else OTHERS)
        return Person(name, address, title, firm)

    def phone(self) -> str:
        """A number in one of the spellings that people use."""
        rng = self._rng
        number = f"{rng.randrange(100, 200):04}"
        area = rng.randrange(201, 990)
        return rng.choice(
            (
                f"+1 {area} 555 {number}",
                f"({area}) 555-{number}",
                f"{area}.555.{number}",
                f"+49 30 555 {number}",
                f"+44 20 555 {number}",
            )
        )
