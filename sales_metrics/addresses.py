"""Which addresses a secret may be sent to. Who is asked there, and for what, is not known here."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit


def checked_address(address: str) -> str:
    """The address without a slash at its end; ValueError with a sentence if it may not be used.

    Plain http is for this machine alone: elsewhere everybody on the way could read the secret.
    """
    address = address.strip().rstrip("/")
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    if parts.scheme not in ("https", "http") or not host:
        raise ValueError("it must be an address that begins with https://")
    if parts.username is not None or parts.password is not None:
        raise ValueError("it must not hold a user name or a password")
    if parts.query or parts.fragment:
        raise ValueError("it must end with its host or path")
    if parts.scheme == "http" and not is_loopback(host):
        raise ValueError("plain http is only for this machine itself: use https://")
    return address


def is_loopback(host: str) -> bool:
    """Whether the host is this machine: `localhost`, 127.0.0.0/8, ::1."""
    if host.casefold() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
