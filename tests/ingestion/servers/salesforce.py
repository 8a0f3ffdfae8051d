"""An organisation that imitates the documented behaviour of Salesforce's APIs, on this machine.

OAuth 2.0 tokens, describe, Bulk API 2.0 query jobs (locators, resultPages), REST queryAll, limits
and errors, as Salesforce's guides describe them. It keeps records and their times, and misbehaves
on request: tokens that expire, throttling, bodies that are cut, jobs that fail, queries that take
too long, rows that surface late, fields that vanish. It knows the SOQL that this project writes.
"""

from __future__ import annotations

import csv
import io
import json
import re
import sys
import threading
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jwt

from ingestion.sources.salesforce.tables import TABLES

CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN = "3MVG9client", "s3cr3t-of-the-app", "5Aep861-refresh"
USERNAME = "integration@example.com"

Record = dict[str, str | None]
_TYPES = {
    "id": "reference",
    "code": "string",
    "text": "string",
    "bool": "boolean",
    "int": "int",
    "number": "double",
    "instant": "datetime",
    "date": "date",
    "instant_or_date": "date",
}
_WITHOUT_MODSTAMP = re.compile(r"^(Lead|Account|Contact|OpportunityField)History$")
_WITHOUT_DELETED = ("User", "OpportunityStage", "CurrencyType")


@dataclass
class Entity:
    """An object: its fields with their types, and its records by key."""

    name: str
    key: str
    fields: dict[str, str]
    records: dict[str, Record] = field(default_factory=dict)
    not_filterable: set[str] = field(default_factory=set)


@dataclass
class Disturbance:
    """What happens to the next `times` requests whose method and path match, after `skip`."""

    pattern: str
    kind: str  # a status, or `cut`, or `cut quietly`
    times: int = 1
    skip: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None


@dataclass
class Job:
    soql: str
    rows: list[list[str]]
    fields: list[str]
    polls: int
    state: str = "UploadComplete"
    message: str = ""


class SoqlError(Exception):
    """A query that is refused: error code and message."""


class SalesforceServer:
    """The organisation. Use as a context manager; `url` is its address."""

    def __init__(self) -> None:
        self.clock: datetime | None = None
        self.entities: dict[str, Entity] = {}
        self.missing: set[str] = set()
        # How results come.
        self.page_size = 1000
        self.header_on_every_page = True
        self.rest_page_size = 2000
        self.polls_until_done = 1
        # What goes wrong.
        self.not_in_bulk: set[str] = set()
        self.bulk_used_up = False
        self.slow_above: int | None = None  # a query of more rows takes too long
        self.failing_jobs: list[str] = []  # messages of the next jobs' failures
        self.records_claimed: Callable[[int], int] = lambda rows: rows
        self.processed_claimed: Callable[[int], int] = lambda rows: rows
        self.usage: tuple[int, int] | None = None
        self.requests_per_token: int | None = None
        self.disturbances: list[Disturbance] = []
        self.before: Callable[[str, str], None] = lambda _method, _path: None
        # What was asked.
        self.log: list[str] = []
        self.queries: list[str] = []
        self.tokens: dict[str, int] = {}
        self.logins: list[dict[str, str]] = []
        self.jobs: dict[str, Job] = {}
        self.jobs_made = 0
        self.results: dict[str, list[dict[str, Any]]] = {}
        self.jwt_public_key: bytes | None = None
        self.lock = threading.RLock()
        for table in TABLES:
            self._declare(table.file, table.columns, table.key[0])
        self.entities["EmailMessageRelation"] = Entity(
            "EmailMessageRelation",
            "Id",
            {
                "Id": "id",
                "EmailMessageId": "reference",
                "RelationId": "reference",
                "RelationType": "picklist",
                "RelationObjectType": "string",
                "RelationAddress": "string",
                "IsDeleted": "boolean",
                "CreatedDate": "datetime",
                "SystemModstamp": "datetime",
            },
        )

    def _declare(self, file: str, columns: Any, key: str) -> None:
        name = Path(file).stem
        fields = {"Id": "id"} | {column.name: _TYPES[column.kind] for column in columns}
        fields |= {"CreatedDate": "datetime"}
        if not _WITHOUT_MODSTAMP.match(name):
            fields |= {"SystemModstamp": "datetime", "LastModifiedDate": "datetime"}
        if name not in _WITHOUT_DELETED:
            fields |= {"IsDeleted": "boolean"}
        if name == "EmailMessage":
            del fields["WhoId"]
        not_filterable = {"OldValue", "NewValue"} & fields.keys()
        self.entities[name] = Entity(name, key, fields, not_filterable=not_filterable)

    # The organisation's life.

    @property
    def now(self) -> datetime:
        return self.clock or datetime.now(UTC)

    def put(self, name: str, record_id: str, *, at: datetime | None = None, **values: Any) -> None:
        """Create a record or change one, at an instant (now)."""
        entity = self.entities[name]
        stamp = _stamp(at or self.now)
        with self.lock:
            record = entity.records.setdefault(
                record_id, {entity.key: record_id, "CreatedDate": stamp, "IsDeleted": "false"}
            )
            record.setdefault("Id", record_id)
            record |= {key: None if value is None else str(value) for key, value in values.items()}
            for changed in ("SystemModstamp", "LastModifiedDate"):
                if changed in entity.fields and changed not in values:
                    record[changed] = stamp

    def delete(self, name: str, record_id: str) -> None:
        """Put a record into the recycle bin."""
        self.put(name, record_id, IsDeleted="true")

    def purge(self, name: str, record_id: str) -> None:
        """Remove a record for good."""
        with self.lock:
            del self.entities[name].records[record_id]

    def hide(self, name: str, *fields: str) -> None:
        """Take the permission to see fields away."""
        for one in fields:
            del self.entities[name].fields[one]

    def relate(self, relation_id: str, message: str, who: str, kind: str, **more: Any) -> None:
        """Relate an e-mail to a lead, contact or user."""
        object_type = {"00Q": "Lead", "003": "Contact"}.get(who[:3], "User")
        self.put(
            "EmailMessageRelation",
            relation_id,
            EmailMessageId=message,
            RelationId=who,
            RelationType=kind,
            RelationObjectType=object_type,
            **more,
        )

    def load_folder(self, folder: Path) -> None:
        """Take over the Salesforce files of an export folder."""
        for table in TABLES:
            path = folder / table.file
            entity = self.entities[path.stem]
            if not path.exists():
                continue
            with path.open(encoding="utf-8-sig", newline="") as file:
                for number, row in enumerate(csv.DictReader(file)):
                    record: Record = {name: value or None for name, value in row.items()}
                    key = record[entity.key]
                    assert key is not None
                    who = record.pop("WhoId", None) if path.stem == "EmailMessage" else None
                    created = record.get("CreatedDate") or "2020-01-01T00:00:00.000Z"
                    record.setdefault("Id", key)
                    record.setdefault("CreatedDate", created)
                    record.setdefault("IsDeleted", "false")
                    changed = record.get("LastModifiedDate") or created
                    if "SystemModstamp" in entity.fields:
                        record["SystemModstamp"] = record.get("SystemModstamp") or changed
                        record["LastModifiedDate"] = changed
                    entity.records[key] = record
                    if who:
                        incoming = (record.get("Incoming") or "").lower() == "true"
                        kind = "FromAddress" if incoming else "ToAddress"
                        at = datetime.fromisoformat(changed)
                        self.relate(f"0Rw{number:015d}", key, who, kind, at=at)

    def disturb(self, pattern: str, kind: str, **more: Any) -> None:
        """Have the next requests that match go wrong."""
        self.disturbances.append(Disturbance(pattern, kind, **more))

    def expire_tokens(self) -> None:
        """No token is valid any more."""
        self.tokens.clear()

    # SOQL.

    def run(self, soql: str) -> tuple[str, list[str], list[Record]]:
        """Object, fields and rows of a query."""
        self.queries.append(soql)
        found = re.fullmatch(
            r"SELECT (?P<fields>.+?) FROM (?P<name>\w+)"
            r"(?: WHERE (?P<where>.+?))?(?: LIMIT (?P<n>\d+))?",
            soql,
        )
        if found is None:
            raise SoqlError("MALFORMED_QUERY", f"unexpected token: {soql}")
        entity = self.entities.get(found["name"])
        if entity is None or found["name"] in self.missing:
            raise SoqlError("INVALID_TYPE", f"sObject type '{found['name']}' is not supported.")
        fields = found["fields"].split(", ")
        for one in fields:
            if one not in entity.fields:
                raise SoqlError(
                    "INVALID_FIELD", f"No such column '{one}' on entity '{entity.name}'."
                )
        conditions = found["where"].split(" AND ") if found["where"] else []
        with self.lock:
            rows = [
                dict(record)
                for record in entity.records.values()
                if all(self._holds(entity, record, condition) for condition in conditions)
            ]
        if found["n"]:
            rows = rows[: int(found["n"])]
        if self.slow_above is not None and len(rows) > self.slow_above:
            raise SoqlError("QUERY_TIMEOUT", "Your query request was running for too long.")
        return entity.name, fields, rows

    def _holds(self, entity: Entity, record: Record, condition: str) -> bool:
        if found := re.fullmatch(r"(\S+) IN \((.*)\)", condition):
            allowed = re.findall(r"'([^']*)'", found[2])
            return self._value(entity, record, found[1]) in allowed
        name, operator, literal = condition.split(" ")
        value = self._value(entity, record, name)
        if operator == "=":
            return value == literal
        if value is None:
            return False
        instant, bound = datetime.fromisoformat(value), datetime.fromisoformat(literal)
        compare = {">=": instant >= bound, "<": instant < bound, "<=": instant <= bound}
        return {**compare, ">": instant > bound}[operator]

    def _value(self, entity: Entity, record: Record, name: str) -> str | None:
        if "." in name:
            parent, name = name.split(".")
            entity = self.entities[parent]
            record = entity.records.get(record[f"{parent}Id"] or "", {})
        if name not in entity.fields:
            raise SoqlError("INVALID_FIELD", f"No such column '{name}' on '{entity.name}'.")
        if name in entity.not_filterable:
            raise SoqlError("INVALID_FIELD", f"field '{name}' can not be filtered in a query call")
        return record.get(name)

    # HTTP.

    def __enter__(self) -> SalesforceServer:
        server = self

        class Handler(_Handler):
            org = server

        self._http = _Quietly(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()


class _Quietly(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that are killed are no matter; what goes wrong in here is."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    org: SalesforceServer
    protocol_version = "HTTP/1.1"
    # Headers and body are two writes: the second would wait for the first one's receipt.
    disable_nagle_algorithm = True

    def log_message(self, *_: Any) -> None:
        """Quiet."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        return format_datetime(self.org.now, usegmt=True)

    def do_GET(self) -> None:
        self._handle("GET")

    def do_POST(self) -> None:
        self._handle("POST")

    def do_PATCH(self) -> None:
        self._handle("PATCH")

    def do_DELETE(self) -> None:
        self._handle("DELETE")

    def _handle(self, method: str) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        url = urllib.parse.urlsplit(self.path)
        asked = dict(urllib.parse.parse_qsl(url.query))
        org = self.org
        org.before(method, self.path)
        with org.lock:
            org.log.append(f"{method} {self.path}")
            disturbance = self._disturbance(f"{method} {self.path}")
            if disturbance is not None and disturbance.kind.isdigit():
                content = disturbance.body if disturbance.body is not None else "busy"
                self._answer(int(disturbance.kind), content, disturbance.headers)
                return
            self._cut = disturbance.kind if disturbance else ""
            try:
                self._route(method, url.path, asked, body)
            except SoqlError as problem:
                code, message = problem.args
                self._refuse(400, code, message)

    def _disturbance(self, request: str) -> Disturbance | None:
        for one in self.org.disturbances:
            if one.times and re.search(one.pattern, request):
                if one.skip:
                    one.skip -= 1
                    continue
                one.times -= 1
                return one
        return None

    def _route(self, method: str, path: str, asked: dict[str, str], body: bytes) -> None:
        if path == "/services/oauth2/token":
            self._token(dict(urllib.parse.parse_qsl(body.decode())))
            return
        if path == "/services/data":
            self._answer(200, [{"version": "62.0"}])
            return
        if not self._may_enter():
            return
        data = re.fullmatch(r"/services/data/v\d+\.\d(/.*)", path)
        rest = data[1] if data else ""
        if found := re.fullmatch(r"/sobjects/(\w+)/describe", rest):
            self._describe(found[1])
        elif re.fullmatch(r"/query(All)?", rest):
            self._rest_query(path, asked["q"])
        elif found := re.fullmatch(r"/query/(\d+)-(\d+)", rest):
            self._rest_page(path, result=found[1], start=int(found[2]))
        elif rest == "/jobs/query" and method == "POST":
            self._create_job(json.loads(body))
        elif found := re.fullmatch(r"/jobs/query/(\w+)(/\w+)?", rest):
            self._job(method, path, found[1], found[2] or "", asked, body)
        else:
            self._refuse(404, "NOT_FOUND", "The requested resource does not exist")

    # Who may enter.

    def _token(self, form: dict[str, str]) -> None:
        org = self.org
        org.logins.append(form)
        problem = _login_problem(org, form)
        if problem:
            error, description = problem
            self._answer(400, {"error": error, "error_description": description})
            return
        token = f"00Dtoken!{len(org.logins)}"
        org.tokens[token] = 0
        self._answer(200, {"access_token": token, "instance_url": org.url, "token_type": "Bearer"})

    def _may_enter(self) -> bool:
        org = self.org
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        used = org.tokens.get(token)
        if used is None or (org.requests_per_token is not None and used >= org.requests_per_token):
            org.tokens.pop(token, None)
            self._refuse(401, "INVALID_SESSION_ID", "Session expired or invalid")
            return False
        org.tokens[token] = used + 1
        return True

    # Objects and REST.

    def _describe(self, name: str) -> None:
        entity = self.org.entities.get(name)
        if entity is None or name in self.org.missing:
            self._refuse(404, "NOT_FOUND", "The requested resource does not exist")
            return
        fields = [
            {"name": one, "type": kind, "filterable": one not in entity.not_filterable}
            for one, kind in entity.fields.items()
        ]
        self._answer(200, {"name": name, "queryable": True, "fields": fields})

    def _rest_query(self, path: str, soql: str) -> None:
        name, fields, rows = self.org.run(soql)
        types = self.org.entities[name].fields
        records = [
            {"attributes": {"type": name}}
            | {one: _as_json(row.get(one), types[one]) for one in fields}
            for row in rows
        ]
        number = str(len(self.org.queries))
        self.org.results[number] = records
        self._rest_page(path, number, 0)

    def _rest_page(self, path: str, result: str, start: int) -> None:
        records = self.org.results[result]
        end = start + self.org.rest_page_size
        answer = {
            "totalSize": self.org.processed_claimed(len(records)),
            "done": end >= len(records),
            "records": records[start:end],
        }
        if end < len(records):
            base = path[: path.index("/query")]
            answer["nextRecordsUrl"] = f"{base}/query/{result}-{end}"
        self._answer(200, answer)

    # Bulk.

    def _create_job(self, asked: dict[str, str]) -> None:
        org = self.org
        assert asked["operation"] == "queryAll"
        if org.bulk_used_up:
            self._refuse(
                400, "LIMIT_EXCEEDED", "Max bulk v2 query jobs (10000) per 24 hrs has been reached"
            )
            return
        name = asked["query"].split(" FROM ")[1].split(" ")[0]
        if name in org.not_in_bulk:
            self._refuse(400, "INVALIDENTITY", f"Entity '{name}' is not supported by the Bulk API.")
            return
        org.jobs_made += 1
        job_id = f"750{org.jobs_made:015d}"
        job = Job(asked["query"], [], [], org.polls_until_done)
        try:
            _, job.fields, rows = org.run(job.soql)
            job.rows = [[row.get(one) or "" for one in job.fields] for row in rows]
        except SoqlError as problem:
            if problem.args[0] != "QUERY_TIMEOUT":
                raise
            job.message = ": ".join(problem.args)
        if org.failing_jobs:
            job.message = org.failing_jobs.pop(0)
        org.jobs[job_id] = job
        self._answer(200, {"id": job_id, "state": job.state, "object": name})

    def _job(
        self, method: str, path: str, job_id: str, part: str, asked: dict[str, str], body: bytes
    ) -> None:
        org = self.org
        job = org.jobs.get(job_id)
        if job is None:
            self._refuse(404, "NOT_FOUND", "The requested resource does not exist")
        elif method == "DELETE":
            if job.state in ("UploadComplete", "InProgress"):
                self._refuse(400, "API_ERROR", "Cannot delete a job that is running")
                return
            del org.jobs[job_id]
            self._answer(204, b"")
        elif method == "PATCH":
            job.state = json.loads(body)["state"]
            self._answer(200, {"id": job_id, "state": job.state})
        elif not part:
            self._job_state(job_id, job)
        elif job.state != "JobComplete":
            self._refuse(400, "INVALIDJOBSTATE", "The job is not complete")
        elif part == "/resultPages":
            start = int(asked.get("start", 0))
            starts = range(0, max(len(job.rows), 1), org.page_size)[start:]
            results = path.removesuffix("/resultPages") + "/results"
            listed = {
                "resultPages": [
                    {"resultUrl": f"{results}?locator={_locator(one)}"} for one in starts[:5]
                ],
                "done": len(starts) <= 5,
            }
            if len(starts) > 5:
                listed["nextRecordsUrl"] = f"{path}?start={start + 5}"
            self._answer(200, listed)
        else:
            self._results(job, asked)

    def _job_state(self, job_id: str, job: Job) -> None:
        if job.state in ("UploadComplete", "InProgress"):
            job.state = "InProgress"
            if job.polls <= 0:
                job.state = "Failed" if job.message else "JobComplete"
            job.polls -= 1
        told: dict[str, Any] = {"id": job_id, "state": job.state}
        if job.state == "JobComplete":
            told["numberRecordsProcessed"] = self.org.processed_claimed(len(job.rows))
        if job.state == "Failed":
            told["errorMessage"] = job.message
        self._answer(200, told)

    def _results(self, job: Job, asked: dict[str, str]) -> None:
        org = self.org
        start = _start(asked["locator"]) if "locator" in asked else 0
        size = min(org.page_size, int(asked.get("maxRecords", org.page_size)))
        rows = job.rows[start : start + size]
        text = io.StringIO()
        writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
        if start == 0 or org.header_on_every_page:
            writer.writerow(job.fields)
        writer.writerows(rows)
        following = _locator(start + size) if start + size < len(job.rows) else "null"
        self._answer(
            200,
            text.getvalue().encode(),
            {
                "Sforce-Locator": following,
                "Sforce-NumberOfRecords": str(org.records_claimed(len(rows))),
                "Content-Type": "text/csv",
            },
        )

    # Answers.

    def _refuse(self, status: int, code: str, message: str) -> None:
        self._answer(status, [{"errorCode": code, "message": message}])

    def _answer(self, status: int, content: Any, headers: dict[str, str] | None = None) -> None:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        cut = getattr(self, "_cut", "")
        self._cut = ""
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if self.org.usage is not None:
            used, allowed = self.org.usage
            info = f"per-app-api-usage=99/100(appName=ours); api-usage={used}/{allowed}"
            self.send_header("Sforce-Limit-Info", f"{info}; api-bursts=1/750")
        if cut:
            self.close_connection = True
            self.send_header("Connection", "close")
        if cut != "cut quietly":
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if cut else body)


def _login_problem(org: SalesforceServer, form: dict[str, str]) -> tuple[str, str] | None:
    grant = form.get("grant_type")
    if grant == "urn:ietf:params:oauth:grant-type:jwt-bearer":
        assert org.jwt_public_key is not None
        try:
            claims = jwt.decode(
                form["assertion"], org.jwt_public_key, algorithms=["RS256"], audience=org.url
            )
        except jwt.PyJWTError as problem:
            return "invalid_grant", f"invalid assertion: {problem}"
        if (claims["iss"], claims["sub"]) != (CLIENT_ID, USERNAME):
            return "invalid_grant", "user hasn't approved this consumer"
        return None
    if form.get("client_id") != CLIENT_ID or form.get("client_secret") != CLIENT_SECRET:
        return "invalid_client", "invalid client credentials"
    if grant == "refresh_token" and form.get("refresh_token") != REFRESH_TOKEN:
        return "invalid_grant", "expired access/refresh token"
    if grant not in ("refresh_token", "client_credentials"):
        return "unsupported_grant_type", "grant type not supported"
    return None


def _locator(start: int) -> str:
    return f"MTA{start}"


def _start(locator: str) -> int:
    return int(locator.removeprefix("MTA"))


def _stamp(instant: datetime) -> str:
    text = instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.")
    return f"{text}{instant.microsecond // 1000:03}Z"


def _as_json(value: str | None, kind: str) -> Any:
    if value is None:
        return None
    if kind == "boolean":
        return value.lower() == "true"
    if kind in ("int", "double"):
        return float(value)
    if kind == "datetime":
        return value.replace("Z", "+0000")
    return value


def minutes(number: float) -> timedelta:
    """For tests that move the clock."""
    return timedelta(minutes=number)
