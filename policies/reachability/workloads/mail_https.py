"""What decides where a program that sends mail over HTTPS connects to: AWS's SDKs, and proxies.

Sources: AWS SDKs and Tools Reference Guide, "Service-specific endpoints" and "Dual-stack and FIPS endpoints";
AWS General Reference, "Amazon Simple Email Service endpoints and quotas"; Requests documentation, "Proxies";
Go documentation, package net/http: ProxyFromEnvironment; curl documentation, "Environment variables".
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ..egress import Destination
from ..hosts import plain
from ..values import UNKNOWN
from .mail_address import HTTPS, to_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .mail_variables import Region, Variables

SES_ENDPOINTS: Final = ("AWS_ENDPOINT_URL_SESV2", "AWS_ENDPOINT_URL_SES")
"""They hold the URL that AWS's SDKs use in place of SES's host: exactly these names."""
_ENDPOINTS: Final = "AWS_ENDPOINT_URL"
_ENDPOINTS_IGNORED: Final = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"
_FIPS: Final = "AWS_USE_FIPS_ENDPOINT"
_DUAL_STACK: Final = "AWS_USE_DUALSTACK_ENDPOINT"

_PROXIES: Final = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
_NOT_BY_PROXY: Final = ("no_proxy", "NO_PROXY")
_URL: Final = re.compile(
    r"(?:(?P<scheme>[a-z][a-z0-9+.-]*)://)?(?:[^\s/@]*@)?"
    r"(?P<host>\[[^\]\s]+\]|[^\s/:@]+)(?::(?P<port>[0-9]+))?(?:/.*)?",
    re.IGNORECASE,
)


def of_ses(variables: Variables, region: Region, reads: str | None) -> Iterator[Destination]:
    """Where AWS's SDKs send requests for SES in `region`: to the endpoint that is set, else to SES's host.

    A setting that nobody can read is taken to be on.

    Args:
        reads: which of `SES_ENDPOINTS` the program's client reads; `None` where that is not known, which is
            an assumption where just one is set.
    """
    urls = [] if _is_on(variables, _ENDPOINTS_IGNORED) else _endpoints(variables, reads)
    for name in urls:
        assumed = reads is None and len(urls) == 1 and name in SES_ENDPOINTS
        yield replace(at_url(variables, name), client_variable=name if assumed else "")
    if region.text and not urls:
        service = "email-fips" if _is_on(variables, _FIPS) else "email"
        domain = "api.aws" if _is_on(variables, _DUAL_STACK) else "amazonaws.com"
        host = f"{service}.{region.text}.{domain}"
        yield Destination(host, HTTPS, region_variable=region.unread)


def maybe_by_proxy(variables: Variables, found: Destination) -> Destination:
    """A destination with the proxies that programs may use for it, where it is reached over HTTPS."""
    names = [name for name in _PROXIES if name in variables.names]
    if found.port != HTTPS or not names or _is_excepted(variables, found.host):
        return found
    by_proxy = {at_url(variables, name, default_port=None): name for name in reversed(names)}
    return replace(found, proxies=tuple((name, proxy) for proxy, name in by_proxy.items()))


def _endpoints(variables: Variables, reads: str | None) -> list[str]:
    """The variables that count: those for SES come before the one for every service."""
    own = [str(name) for name in SES_ENDPOINTS if name in variables.names and reads in (None, name)]
    return own or ([_ENDPOINTS] if _ENDPOINTS in variables.names else [])


def at_url(variables: Variables, name: str, default_port: int | None = HTTPS) -> Destination:
    """What the URL in a variable leads to.

    Args:
        default_port: that of a URL without one; `None` where programs do not agree on it.
    """
    text = variables.text(name)
    unknown = UNKNOWN if default_port is None else default_port
    if text is None:
        url = name if default_port is not None else ""
        return Destination(UNKNOWN, unknown, holder=variables.holder(name), url_variable=url)
    found = _URL.fullmatch(text.strip())
    if found is None:
        return Destination(text, unknown)
    plain_http = default_port is not None and (found["scheme"] or "").lower() == "http"
    port = to_port(found["port"]) if found["port"] else 80 if plain_http else unknown
    return Destination(found["host"], port)


def _is_on(variables: Variables, name: str) -> bool:
    return name in variables.names and (variables.text(name) or "true").strip().lower() == "true"


def _is_excepted(variables: Variables, host: object) -> bool:
    """Whether every program takes `host` for excepted from proxies.

    A domain without a dot before it is one that some take for this one name alone.
    """
    if not isinstance(host, str):
        return False
    name = plain(host)
    texts = [variables.text(each) or "" for each in _NOT_BY_PROXY if each in variables.names]
    return bool(texts) and all(
        any(
            part in ("*", name, f"{name}:{HTTPS}") or (part.startswith(".") and name.endswith(part))
            for part in text.lower().replace(",", " ").split()
        )
        for text in texts
    )
