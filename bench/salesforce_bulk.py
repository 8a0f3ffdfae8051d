"""Time the way from a bulk result to the warehouse: a million leads of 20 columns from localhost.

Side by side with DuckDB's own `read_csv` of the same bytes and with dlt's default way, rows as
dicts; then a change of 1 % on top. Nothing is asserted here; figures are read, not tested.
"""

import csv
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

ROWS, ROWS_OF_A_PAGE = 1_000_000, 50_000
CHANGED = ROWS // 100
DICT_ROWS = 50_000
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)

FIELDS = {
    "Id": "id",
    "Name": "string",
    "Email": "email",
    "Title": "string",
    "Company": "string",
    "Industry": "picklist",
    "Phone": "phone",
    "Status": "picklist",
    "OwnerId": "reference",
    "LeadSource": "picklist",
    "IsConverted": "boolean",
    "ConvertedDate": "date",
    "ConvertedAccountId": "reference",
    "ConvertedContactId": "reference",
    "HasOptedOutOfEmail": "boolean",
    "CreatedById": "reference",
    "CreatedDate": "datetime",
    "LastModifiedDate": "datetime",
    "SystemModstamp": "datetime",
    "IsDeleted": "boolean",
}


# The pages of the results.


def write_pages(folder: Path) -> None:
    """The pages of the first load, and the one of the change."""
    for page in range(ROWS // ROWS_OF_A_PAGE):
        numbers = range(page * ROWS_OF_A_PAGE, (page + 1) * ROWS_OF_A_PAGE)
        _write(folder / f"all-{page:03}.csv", (_lead(number, 0) for number in numbers))
    _write(folder / "changed-000.csv", (_lead(n * 100, 1) for n in range(CHANGED)))


def _write(path: Path, rows: Iterator[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerow(FIELDS)
        writer.writerows(rows)


def _lead(number: int, version: int) -> list[str]:
    created = NOW - timedelta(days=900) + timedelta(seconds=number * 70)
    changed = NOW + timedelta(minutes=20) if version else created + timedelta(hours=number % 90)
    owner = f"005Qw{number % 200:010}AAA"
    converted = number % 7 == 0
    first, last = (
        "Ann Bob Cleo Dan Eva".split()[number % 5],
        "Smith Müller O'Neil".split()[number % 3],
    )
    return [
        f"00QQw{number:010}AAI",
        f"{first} {last} {number}",
        f"{first.lower()}.{number}@example{number % 5000}.com",
        ("VP Sales", "Buyer", "Owner, Founder", "Head of Operations", "CEO")[number % 5],
        f"Company {number % 40000}, Inc.",
        ("Manufacturing", "Retail", "Health Care", "Banking", "Software")[number % 5],
        f"+1 555 {number % 10000:04} {number % 1000:03}",
        ("Open", "Working", "Qualified", "Lost", "Nurturing")[(number + version) % 5],
        owner,
        ("Web", "Phone", "Partner", "Event", "Referral")[number % 5],
        "true" if converted else "false",
        created.strftime("%Y-%m-%d") if converted else "",
        f"001Qw{number:010}IAA" if converted else "",
        f"003Qw{number:010}IAA" if converted else "",
        "false",
        owner,
        _instant(created),
        _instant(changed),
        _instant(changed),
        "false",
    ]


def _instant(value: datetime) -> str:
    return value.strftime("%Y-%m-%dT%H:%M:%S.000Z")


# What is served: enough of the API for three objects.


class Handler(BaseHTTPRequestHandler):
    """Answers from the folder of pages; a job's id says whether it asks for changes."""

    folder: Path
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_: Any) -> None:
        """Nothing is told."""

    def do_POST(self) -> None:
        """A token, or a job."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        if self.path.endswith("/token"):
            url = f"http://127.0.0.1:{self.server.server_address[1]}"
            self._json({"access_token": "token", "instance_url": url})
            return
        query = json.loads(body)["query"]
        pages = "changed" if ">=" in query else "all"
        self._json({"id": pages if " FROM Lead " in f"{query} " else "none"})

    def do_DELETE(self) -> None:
        """Jobs go without a trace."""
        self._json({})

    def do_GET(self) -> None:
        """Descriptions, jobs, pages."""
        url = urlsplit(self.path)
        kind = url.path.split("/")[-1]
        if kind == "data":
            self._json([])
        elif kind == "describe":
            self._describe(url.path.split("/")[-2])
        elif kind == "resultPages":
            job = url.path.split("/")[-2]
            results = url.path.replace("resultPages", "results")
            pages = sorted(page.stem for page in self.folder.glob(f"{job}-*.csv"))
            links = [{"resultUrl": f"{results}?locator={page}"} for page in pages]
            self._json({"resultPages": links, "done": True})
        elif kind == "results":
            self._page(parse_qs(url.query)["locator"][0])
        else:
            records = {"all": ROWS, "changed": CHANGED, "none": 0}[kind]
            self._json({"state": "JobComplete", "numberRecordsProcessed": records})

    def _describe(self, name: str) -> None:
        if name not in ("Lead", "User", "Opportunity"):
            self._json([{"errorCode": "NOT_FOUND", "message": ""}], status=404)
            return
        fields = [{"name": n, "type": t, "filterable": True} for n, t in FIELDS.items()]
        self._json({"fields": fields})

    def _page(self, page: str) -> None:
        path = self.folder / f"{page}.csv"
        rows = CHANGED if page.startswith("changed") else ROWS_OF_A_PAGE
        self.send_response(200)
        self.send_header("Content-Length", str(path.stat().st_size))
        self.send_header("Sforce-NumberOfRecords", str(rows))
        self.end_headers()
        self.wfile.flush()
        with path.open("rb") as file:
            self.connection.sendfile(file)

    def _json(self, content: Any, status: int = 200) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Far ahead: the loads' own clock is the one that counts."""
        return "Fri, 01 Jan 2100 00:00:00 GMT"


def serve(folder: Path) -> None:
    """Serve until the process is ended; the port is the first line of output."""
    Handler.folder = folder
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()


# What is timed, each in a process of its own.


def load(folder: Path, port: str) -> dict[str, float]:
    """Our way, then the change."""
    from pydantic import SecretStr

    from ingestion.pipelines import load_api
    from ingestion.sources.salesforce.api import open_api
    from sales_metrics.connections import SalesforceConnection
    from sales_metrics.warehouse import DataDir

    connection = SalesforceConnection(
        login_url=f"http://127.0.0.1:{port}", client_id="id", client_secret=SecretStr("secret")
    )
    data = DataDir(folder / "data")
    found = {}
    for name, now in (("all", NOW), ("changed", NOW + timedelta(hours=1))):
        start = time.perf_counter()
        loads = load_api("salesforce", "api", open_api(connection), data, now=now)
        found[name] = time.perf_counter() - start
        (lead,) = [table for table in loads if table.table == "lead"]
        expected = (ROWS, CHANGED if name == "changed" else ROWS)
        assert (lead.rows, lead.loaded) == expected, (lead.rows, lead.loaded)
    found["megabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return found


def read_csv(folder: Path, _port: str) -> dict[str, float]:
    """DuckDB by itself, from the files that are served."""
    import duckdb

    start = time.perf_counter()
    with duckdb.connect(folder / "read_csv.duckdb") as connection:
        pages = str(folder / "all-*.csv")
        connection.execute("create table lead as select * from read_csv(?)", [pages])
        assert connection.execute("select count(*) from lead").fetchall() == [(ROWS,)]
    seconds = time.perf_counter() - start
    return {
        "all": seconds,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def dicts(folder: Path, _port: str) -> dict[str, float]:
    """dlt as it is by default, on fewer rows."""
    import dlt  # noqa: TID251 (what others would do is timed here)

    def rows() -> Iterator[dict[str, str]]:
        with (folder / "all-000.csv").open(encoding="utf-8", newline="") as file:
            yield from islice(csv.DictReader(file), DICT_ROWS)

    start = time.perf_counter()
    pipeline = dlt.pipeline(
        "dicts",
        pipelines_dir=str(folder / "dlt"),
        destination=dlt.destinations.duckdb(str(folder / "dicts.duckdb")),
    )
    pipeline.run(dlt.resource(rows, name="lead", write_disposition="replace"))
    return {"all": (time.perf_counter() - start) * ROWS / DICT_ROWS}


def timed(name: str, folder: Path, port: str = "") -> dict[str, float]:
    """Run one of the above in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, name, str(folder), port],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        sys.exit(f"{done.stdout[-2000:]}{done.stderr[-2000:]}\n{name} failed; no figures.")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Write the pages, serve them, time the three ways and print them."""
    with tempfile.TemporaryDirectory(prefix="sales-metrics-bench-") as name:
        folder = Path(name)
        write_pages(folder)
        megabytes = sum(page.stat().st_size for page in folder.glob("all-*.csv")) / 1e6
        server = subprocess.Popen(
            [sys.executable, __file__, "serve", str(folder)], stdout=subprocess.PIPE, text=True
        )
        try:
            assert server.stdout is not None
            port = server.stdout.readline().strip()
            ours = timed("load", folder, port)
        finally:
            server.terminate()
            server.wait()
        duckdb, dlt = timed("read_csv", folder), timed("dicts", folder)
    print(f"\n{ROWS:,} leads, {len(FIELDS)} columns, {megabytes:.0f} MB of CSV from localhost")
    for title, seconds, memory in (
        ("our Bulk API path", ours["all"], f"{ours['megabytes']:.0f} MB at most"),
        ("DuckDB's read_csv", duckdb["all"], f"{duckdb['megabytes']:.0f} MB at most"),
        ("dlt, rows as dicts", dlt["all"], f"scaled from {DICT_ROWS:,} rows"),
    ):
        print(f"  {title:<20}{seconds:>8.1f} s{ROWS / seconds:>12,.0f} rows/s   {memory}")
    print(f"  ours is {duckdb['all'] / ours['all']:.2f} of read_csv", end="")
    print(f" and {dlt['all'] / ours['all']:.0f} times the dicts")
    print(f"  {CHANGED:,} changed rows on top: {ours['changed']:.1f} s")


if __name__ == "__main__":
    if len(sys.argv) == 1:
        main()
    elif sys.argv[1] == "serve":
        serve(Path(sys.argv[2]))
    else:
        ways = {"load": load, "read_csv": read_csv, "dicts": dicts}
        print(json.dumps(ways[sys.argv[1]](Path(sys.argv[2]), *sys.argv[3:])))
