"""Salesforce Ids: 15 case-sensitive characters and the 3 that follow from them."""

from __future__ import annotations

from collections.abc import Iterator

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
CHECK = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"

PREFIXES = {
    "Account": "001",
    "Contact": "003",
    "User": "005",
    "Opportunity": "006",
    "OpportunityHistory": "008",
    "FieldHistory": "017",
    "EmailMessage": "02s",
    "Queue": "00G",
    "OpportunityContactRole": "00K",
    "Lead": "00Q",
    "Task": "00T",
    "Event": "00U",
    "CampaignMember": "00v",
    "Campaign": "701",
}

# Far enough from 0 that the last characters mix digits and letters of both cases, as real Ids do.
FIRST_NUMBER = 2_403_117

POD = "Hd00000"


def check_characters(text: str) -> str:
    """One check character for every 5 of `text`: which of the five are capital letters."""
    groups = (text[start : start + 5] for start in range(0, len(text), 5))
    return "".join(
        CHECK[sum(1 << place for place, letter in enumerate(group) if "A" <= letter <= "Z")]
        for group in groups
    )


# Every pair of last characters, with its part of the last check character: found once for all.
PAIRS = [(a + b, ("A" <= a <= "Z") << 3 | ("A" <= b <= "Z") << 4) for a in DIGITS for b in DIGITS]


class Ids:
    """Hands out the next Id of each kind of record."""

    def __init__(self) -> None:
        self._streams = {kind: _numbered(prefix + POD) for kind, prefix in PREFIXES.items()}

    def new(self, kind: str) -> str:
        """The next 18-character Id of a kind named in PREFIXES."""
        return next(self._streams[kind])


def _numbered(stem: str) -> Iterator[str]:
    """All Ids that begin with these 10 characters, from FIRST_NUMBER on."""
    checks = check_characters(stem)
    block, place = divmod(FIRST_NUMBER, len(PAIRS))
    while True:
        middle = "".join(DIGITS[block // 62**power % 62] for power in (2, 1, 0))
        front = stem + middle
        capitals = CHECK.index(check_characters(middle))
        for pair, more in PAIRS[place:]:
            yield front + pair + checks + CHECK[capitals | more]
        block, place = block + 1, 0
