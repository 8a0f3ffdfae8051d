"""Three ways into a Salesforce organisation: each ends with an access token and an address.

Client credentials, JWT bearer and refresh token, as OAuth 2.0 names them. What is asked with the
token belongs to `org.py`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urlsplit

import orjson
from pydantic import SecretStr

from ingestion.http import Answer, HttpClient, NoCredentials, Patience
from sales_metrics.connections import SalesforceConnection
from sales_metrics.errors import SalesMetricsError

_JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
# Salesforce takes assertions that expire within five minutes.
_ASSERTION_SECONDS = 180


class Login:
    """The credentials of all requests: asked for at the first one, and again when refused."""

    def __init__(self, connection: SalesforceConnection, patience: Patience) -> None:
        self._connection = connection
        self._patience = patience
        self._lock = threading.Lock()
        self._token: SecretStr | None = None
        self._instance_url = ""

    @property
    def instance_url(self) -> str:
        """The organisation's own address, which comes with the token."""
        self.headers()
        return self._instance_url

    def headers(self) -> Mapping[str, str]:
        """The token, asked for if there is none yet."""
        with self._lock:
            if self._token is None:
                self._log_in()
            return self._header()

    def renew(self, refused: Mapping[str, str]) -> bool:
        """A new token, unless another thread has one already."""
        with self._lock:
            if self._token is None or self._header() == refused:
                self._log_in()
        return True

    def secrets(self) -> Collection[SecretStr]:
        """The token, and what it is asked for with."""
        own = self._connection
        return [s for s in (self._token, own.client_secret, own.refresh_token) if s is not None]

    def _header(self) -> dict[str, str]:
        assert self._token is not None
        return {"Authorization": f"Bearer {self._token.get_secret_value()}"}

    def _log_in(self) -> None:
        form, way = self._form()
        secrets = [SecretStr(form[name]) for name in ("assertion",) if name in form]
        client = HttpClient(
            "Salesforce",
            self._connection.login_url,
            NoCredentials(*secrets, *self.secrets()),
            patience=self._patience,
            explain=lambda answer: _explain(answer, way),
        )
        try:
            granted: Any = client.request(
                "POST", "/services/oauth2/token", form=form, read=Answer.json
            )
        finally:
            client.close()
        token = granted.get("access_token") if isinstance(granted, dict) else None
        if not isinstance(token, str) or not token:
            raise SalesMetricsError(
                f"Salesforce: the log-in at {urlsplit(self._connection.login_url).hostname} gave "
                "no access token: is SALES_SALESFORCE_LOGIN_URL the organisation's own address?"
            )
        self._token = SecretStr(token)
        self._instance_url = str(granted.get("instance_url") or self._connection.login_url)

    def _form(self) -> tuple[dict[str, str], str]:
        """What is posted for a token, and which settings that rests on."""
        own = self._connection
        form = {"client_id": own.client_id}
        if own.refresh_token is not None:
            form |= {
                "grant_type": "refresh_token",
                "refresh_token": own.refresh_token.get_secret_value(),
            }
            if own.client_secret is not None:
                form["client_secret"] = own.client_secret.get_secret_value()
            return form, "SALES_SALESFORCE_REFRESH_TOKEN and the client's id and secret"
        if own.jwt_key_file is not None:
            return (
                {"grant_type": _JWT_BEARER, "assertion": self._assertion()},
                "SALES_SALESFORCE_JWT_KEY_FILE, SALES_SALESFORCE_USERNAME and whether the app is "
                "approved for that user",
            )
        if own.client_secret is None:
            raise SalesMetricsError(
                "Salesforce has no way in: set SALES_SALESFORCE_CLIENT_SECRET, or "
                "SALES_SALESFORCE_JWT_KEY_FILE with SALES_SALESFORCE_USERNAME, or "
                "SALES_SALESFORCE_REFRESH_TOKEN."
            )
        form |= {
            "grant_type": "client_credentials",
            "client_secret": own.client_secret.get_secret_value(),
        }
        return form, (
            "SALES_SALESFORCE_CLIENT_ID, SALES_SALESFORCE_CLIENT_SECRET, that the login URL is the "
            "organisation's own (…my.salesforce.com) and that the app runs as a user"
        )

    def _assertion(self) -> str:
        # It brings the cryptography package along.
        import jwt

        own = self._connection
        assert own.jwt_key_file is not None
        if not own.username:
            raise SalesMetricsError(
                "SALES_SALESFORCE_USERNAME is not set: a key file alone does not say who logs in."
            )
        try:
            key = own.jwt_key_file.read_bytes()
        except OSError as problem:
            raise SalesMetricsError(
                f"SALES_SALESFORCE_JWT_KEY_FILE ({own.jwt_key_file}) cannot be read: "
                f"{problem.strerror}."
            ) from None
        claims = {
            "iss": own.client_id,
            "sub": own.username,
            "aud": audience(own.login_url),
            "exp": int(time.time()) + _ASSERTION_SECONDS,
        }
        try:
            return jwt.encode(claims, key, algorithm="RS256")
        except (ValueError, TypeError, jwt.PyJWTError):
            raise SalesMetricsError(
                f"SALES_SALESFORCE_JWT_KEY_FILE ({own.jwt_key_file}) is no private RSA key in PEM "
                "form without a password."
            ) from None


def audience(login_url: str) -> str:
    """For whom an assertion is meant: Salesforce's common log-in, not the organisation's own."""
    host = (urlsplit(login_url).hostname or "").casefold()
    if host == "test.salesforce.com" or ".sandbox.my.salesforce." in host:
        return "https://test.salesforce.com"
    if host.endswith(".salesforce.com"):
        return "https://login.salesforce.com"
    return login_url.rstrip("/")


def _explain(answer: Answer, way: str) -> str | None:
    try:
        refusal = orjson.loads(answer.body)
        error = f"{refusal['error']}: {refusal.get('error_description', '')}".rstrip(": ")
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return None
    return f"the log-in was refused ({error}). Check {way}."
