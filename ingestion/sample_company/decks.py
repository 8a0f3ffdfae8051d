"""The shares in which things happen: one deck of cards for each fork of the stories.

Dealt from decks, even the rarest outcome occurs in a company of the usual size.
"""

from __future__ import annotations

from random import Random

from ingestion.sample_company.chance import Deck

# Salesforce LeadSource; blank and 'Podcast' are in no organisation's list of channels.
LEAD_SOURCES = {
    "Web": 20,
    "Organic Search": 12,
    "Paid Search": 10,
    "Advertisement": 5,
    "Social Media": 7,
    "Email Campaign": 6,
    "Phone Inquiry": 5,
    "Trade Show": 6,
    "Webinar": 6,
    "Partner": 4,
    "Customer Referral": 6,
    "Employee Referral": 2,
    "Partner Referral": 2,
    "External Referral": 2,
    "Word of mouth": 2,
    "Purchased List": 3,
    "Cold Call": 4,
    "Import": 2,
    "": 2,
    "Podcast": 1,
}

DECKS: dict[str, dict[str, int]] = {
    "lead source": LEAD_SOURCES,
    "what kind of lead": {"usual": 181, "duplicate": 5, "deleted": 2, "stays in queue": 2},
    "scored by robot": {"no": 17, "before the answer": 1, "after the answer": 2},
    "after qualification": {"converts": 62, "is lost": 30, "lingers": 8},
    "after return": {"converts": 13, "is lost": 3, "lingers": 4},
    "never qualified": {"closed": 35, "nurtured": 20, "left": 45},
    # What follows a loss. The chances of a flag are the reps' own; see losses.py.
    "unflagged loss": {
        "not recoverable": 18,
        "corrected": 9,
        "returns unaided": 10,
        "nothing": 52,
        "flagged by robot": 6,
        "returns too late": 5,
    },
    "flagged loss": {
        "saved": 30,
        "saved unnoticed": 4,
        "opens only": 12,
        "scanner": 8,
        "scanner and human": 4,
        "clicks, no return": 10,
        "bounced": 5,
        "bounced, then delivered": 4,
        "unsubscribes": 4,
        "not mailed": 8,
        "returns before mail": 5,
        "corrected": 3,
        "not recoverable": 3,
    },
    "recoverable reason": {
        "No budget": 6,
        "No decision": 5,
        "Bad timing": 5,
        "Chose competitor": 4,
        "No response": 5,
        "Price": 4,
        "Missing feature": 3,
        "": 3,
        "Office politics": 1,  # no organisation lists it
    },
    "hopeless reason": {"Duplicate": 1, "Spam": 1, "Out of business": 1, "Not a fit": 2},
    "lost status": {"Closed - Not Converted": 4, "Unqualified": 3, "Lost": 3, "Recycled": 2},
    "return of a deal": {"reopened": 3, "new opportunity": 2},
    "deal without lead": {
        "usual": 40,
        "without history": 2,
        "entered after the fact": 2,
        "created as won": 1,
        "deleted": 2,
    },
    "later response": {"no": 15, "instant": 1, "date": 1},
    "role": {
        "Decision Maker": 4,
        "Economic Decision Maker": 2,
        "Executive Sponsor": 1,
        "Evaluator": 4,
        "Business User": 4,
    },
    "attempt": {"Call": 44, "Email message": 26, "Email task": 14, "Event": 18, "Untyped": 6},
    "call that connects": {
        "Connected": 5,
        "Answered": 3,
        "Conversation": 3,
        "Meeting set": 1,
        "": 4,
    },
    "call that does not": {"No Answer": 5, "Left Voicemail": 4, "Busy": 1, "": 3},
    "referral of a lead": {"by e-mail": 9, "by code": 3, "only in the CRM": 7, "spoiled": 2},
    "spoiled referral": {"reversed": 1, "denied": 1, "expired": 1},
    "excluded referral": {
        "denied": 1,
        "expired": 1,
        "reversed": 1,
        "own address": 1,
        "own domain": 1,
        "existing customer": 2,
        "duplicate": 2,
        "visit only": 2,
        "no lead yet": 2,
    },
    "reward kind": {"gift_card": 8, "commission": 1, "credit": 1},
    "reward progress": {"issued": 6, "pending": 2, "eligible": 1, "processing": 1, "void": 1},
    "ask": {
        "account by type": 3,
        "account by subject": 2,
        "opportunity": 2,
        "contact": 2,
        "still open": 1,
    },
    "check-in": {"Badger only": 13, "in both": 4, "blank id": 2, "unknown name": 1},
}


def shuffle_decks(rng: Random) -> dict[str, Deck[str]]:
    """All decks, by name."""
    return {name: Deck(rng, cards) for name, cards in DECKS.items()}
