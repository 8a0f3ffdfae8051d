"""A server on this machine that a source can be pointed at: requests in, replies out, and faults.

What a vendor's API answers stands in the modules beside this one.
"""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Request:
    """What was asked; the last value of each parameter, all of them in `lists`."""

    method: str
    path: str
    lists: Mapping[str, list[str]]
    headers: Mapping[str, str]

    @property
    def query(self) -> dict[str, str]:
        return {name: values[-1] for name, values in self.lists.items()}


@dataclass(frozen=True)
class Reply:
    """What is answered: bytes, or anything else as JSON. `cut` breaks off in the middle."""

    content: Any = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False

    @property
    def body(self) -> bytes:
        return (
            self.content if isinstance(self.content, bytes) else json.dumps(self.content).encode()
        )


class LocalServer:
    """Subclasses answer; `faults` are replies to the next requests in place of the answers."""

    prefix = ""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.faults: deque[Reply] = deque()
        self.delay = 0.0
        # How many requests are still answered; then the service is down.
        self.answers_left: int | None = None
        self.most_at_once = 0
        self._at_once = 0
        self.lock = threading.RLock()

    def answer(self, request: Request) -> Reply:
        raise NotImplementedError

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}{self.prefix}"

    def asked(self, path: str) -> list[Request]:
        """The requests for a path (below the prefix), in order."""
        return [request for request in self.requests if request.path == self.prefix + path]

    def __enter__(self) -> LocalServer:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Headers and body are two writes: else the second waits until the first is confirmed.
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                server._handle(self)

            def log_message(self, *_args: Any) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_problem: object) -> None:
        self._http.shutdown()
        self._http.server_close()

    def _handle(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        request = Request(
            handler.command,
            parts.path,
            parse_qs(parts.query, keep_blank_values=True),
            dict(handler.headers),
        )
        with self.lock:
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
            self.requests.append(request)
            fault = self.faults.popleft() if self.faults else None
            if self.answers_left is not None:
                self.answers_left -= 1
                if self.answers_left < 0:
                    fault = Reply(b"down", 503)
        try:
            if self.delay:
                time.sleep(self.delay)
            if fault is None or fault.cut:
                with self.lock:
                    reply = self.answer(request)
            if fault is not None:
                reply = Reply(reply.content, cut=True) if fault.cut else fault
        finally:
            with self.lock:
                self._at_once -= 1
        body = reply.body
        handler.send_response(reply.status)
        for name, value in reply.headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body[: len(body) // 2] if reply.cut else body)
        if reply.cut:
            handler.close_connection = True
