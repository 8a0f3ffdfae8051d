"""HTTP Basic authentication (RFC 7617), for the services that want it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Collection

from pydantic import SecretStr

from ingestion.http import HeaderCredentials


class BasicCredentials(HeaderCredentials):
    """A user name and a password; for some services the one, for some the other is the secret."""

    def __init__(self, user: SecretStr, password: SecretStr) -> None:
        pair = f"{user.get_secret_value()}:{password.get_secret_value()}"
        encoded = SecretStr(b64encode(pair.encode("utf-8")).decode("ascii"))
        super().__init__(Authorization=("Basic ", encoded))
        self._pair = (user, password)

    def secrets(self) -> Collection[SecretStr]:
        """Encoded and as they are: a service may name what it does not know in its refusal."""
        return [*super().secrets(), *self._pair]
