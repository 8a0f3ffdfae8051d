"""Imitates the documented behaviour of Badger Maps' API 2, and keeps a team's customers.

Documented: `Authorization: Token ...`; lists are bare arrays without pages; the list of customers
has ids and names, `last_checkin_date` stands in the customer's own record; check-ins are asked for
customer by customer; local times without a zone. `knows_last_checkin` is False for a team whose
customers come without that date.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from tests.ingestion.servers.local import LocalServer, Reply, Request

Record = dict[str, Any]


class BadgerServer(LocalServer):
    """Customers and check-ins that a test puts in and changes."""

    prefix = "/api/2"
    token = "abcdefg12345678"

    def __init__(self) -> None:
        super().__init__()
        self.customers: dict[int, Record] = {}
        self.appointments: list[Record] = []
        self.knows_last_checkin = True

    def customer(self, number: int, crm_id: str | None = None) -> Record:
        """A customer without check-ins."""
        record = {
            "id": number,
            "first_name": None,
            "last_name": f"Firm {number}",
            "full_name": f"Firm {number}",
            "crm_id": crm_id,
            "customer_id": None,
            "locations": [],
        }
        self.customers[number] = record
        return record

    def check_in(self, number: int, customer: int, at: str, **more: Any) -> Record:
        """A visit."""
        record = {
            "id": number,
            "crm_id": None,
            "customer": customer,
            "log_datetime": at,
            "type": "Drop-in",
            "comments": "Left cards",
            "extra_fields": None,
            "created_by": "John Doe",
            **more,
        }
        self.appointments.append(record)
        return record

    def answer(self, request: Request) -> Reply:
        if request.headers.get("Authorization") != f"Token {self.token}":
            return Reply({"detail": "Invalid token.", "status": 401}, 401)
        match request.path.removeprefix(self.prefix).strip("/").split("/"):
            case ["customers"]:
                names = ("id", "first_name", "last_name")
                return Reply([{name: c[name] for name in names} for c in self.customers.values()])
            case ["customers", number] if int(number) in self.customers:
                return Reply(self._detail(int(number)))
            case ["appointments"]:
                asked = request.query.get("customer_id")
                return Reply([a for a in self.appointments if str(a["customer"]) == asked])
        return Reply({"detail": "Not found.", "status": 404}, 404)

    def _detail(self, number: int) -> Record:
        days = [a["log_datetime"][:10] for a in self.appointments if a["customer"] == number]
        last = {"last_checkin_date": max(days, default=None)} if self.knows_last_checkin else {}
        return {**self.customers[number], **last}

    def take_over(self, folder: Path) -> None:
        """The records of an export folder."""
        with (folder / "badger" / "check_ins.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                self.customer(int(row["customer_id"]))["full_name"] = row["customer"]
                self.check_in(
                    int(row["check_in_id"]),
                    int(row["customer_id"]),
                    row["log_datetime"],
                    crm_id=row["crm_id"] or None,
                    type=row["type"],
                    comments=row["comments"],
                    created_by=row["created_by"],
                )
