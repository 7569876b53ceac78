"""Amazon SES by its names: the hosts and endpoints that have them, and the ports that it offers there.

Sources: Amazon SES Developer Guide, "Connecting to an Amazon SES SMTP endpoint", "Using the Amazon SES API to
send email" and "Setting up VPC endpoints with Amazon SES"; AWS PrivateLink Guide, "Access an AWS service
using an interface VPC endpoint" and "AWS services that integrate with AWS PrivateLink".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ..findings import endpoints
from ..graph.zones import REGIONS_WITH_FIPS_API, REGIONS_WITHOUT_SMTP
from ..verdict import PASSES

if TYPE_CHECKING:
    from ..findings.code import Subject
    from ..verdict import Outcome

SMTP_PORTS: Final = frozenset({465, 587, 2465, 2587})
"""The ports that the SMTP endpoint offers; port 25 is not among them."""

_PUBLIC_PORTS: Final = SMTP_PORTS | {25}
"""The ports of SES's public hosts."""

_FIPS_HOST: Final = re.compile(r"^email-smtp-fips\.([a-z0-9-]+)\.amazonaws\.com$", re.IGNORECASE)
"""Used by mail libraries; whether private DNS of an SMTP endpoint answers for it, AWS does not document."""
_API_HOST: Final = re.compile(
    r"^email(?P<fips>-fips)?\.(?P<region>[a-z0-9-]+)\.(amazonaws\.com|api\.aws)$", re.IGNORECASE
)
"""SES's API, by FIPS and dual-stack hosts too: which endpoints take those, AWS does not document."""
_OWN_NAME: Final = re.compile(
    r"^(vpce-[0-9a-f]+)-[0-9a-z-]+\.[a-z0-9-]+\.[a-z0-9-]+\.vpce\.amazonaws\.com$", re.IGNORECASE
)


@dataclass(frozen=True)
class SesService:
    """One of the ways into SES, each with hosts and an endpoint service of its own.

    Attributes:
        name: how its hosts and endpoint services are called.
        title: what it is, for a person.
        ports: those that its endpoint offers.
    """

    name: str
    title: str
    ports: frozenset[int]

    def __str__(self) -> str:
        return self.title

    @property
    def ports_text(self) -> str:
        return ", ".join(map(str, sorted(self.ports)))

    def region_of_host(self, host: str) -> str | None:
        """The region of a host that private DNS of its endpoint answers for; `None` for any other."""
        match = re.fullmatch(rf"{self.name}\.([a-z0-9-]+)\.amazonaws\.com\.?", host, re.IGNORECASE)
        return match.group(1).lower() if match else None

    def region_of_service(self, service: str) -> str | None:
        """The region of the name of its endpoint service, `None` for any other service."""
        match = re.fullmatch(rf"com\.amazonaws\.([a-z0-9-]+)\.{self.name}", service)
        return match.group(1) if match else None


SMTP: Final = SesService("email-smtp", "SES's SMTP", SMTP_PORTS)
API: Final = SesService("email", "SES's API", frozenset({443}))
FIPS_API: Final = SesService("email-fips", "SES's FIPS API", frozenset({443}))


def smtp_service(region: str) -> str:
    """The name of the SES SMTP endpoint service of `region`."""
    return f"com.amazonaws.{region}.email-smtp"


def smtp_host(region: str) -> str:
    """The SES SMTP host of `region`, which private DNS of an SMTP endpoint resolves to the endpoint."""
    return f"email-smtp.{region}.amazonaws.com"


def is_smtp_host(host: str) -> bool:
    """Whether `host` is SES's for SMTP: a region's, its FIPS one, or a name of an SMTP endpoint itself."""
    own = endpoint_of_host(host) is not None and ".email-smtp." in host.lower()
    return own or _is_public(host)


def _is_public(host: str) -> bool:
    return region_of_host(host) is not None or region_of_fips_host(host) is not None


def region_of_host(host: str) -> str | None:
    """The region of an SES host that private DNS of an SMTP endpoint answers for; `None` for any other."""
    return SMTP.region_of_host(host)


def region_of_fips_host(host: str) -> str | None:
    """The region of SES's FIPS host; `None` for any other."""
    match = _FIPS_HOST.match(host.removesuffix("."))
    return match.group(1).lower() if match else None


def region_of_other_api_host(host: str) -> str | None:
    """The region of a FIPS or dual-stack host of SES's API; `None` for any other."""
    match = _API_HOST.match(host.removesuffix("."))
    return match["region"].lower() if match and API.region_of_host(host) is None else None


def is_api_host(host: str) -> bool:
    """Whether `host` is one of SES's API."""
    return _API_HOST.match(host.removesuffix(".")) is not None


def endpoint_of_host(host: str) -> str | None:
    """The id of the VPC endpoint that `host` is a DNS name of, the region's or a zone's; else `None`."""
    match = _OWN_NAME.match(host.removesuffix("."))
    return match.group(1).lower() if match else None


def region_of_service(service: str) -> str | None:
    """The region of an SMTP endpoint service name, `None` for any other service."""
    return SMTP.region_of_service(service)


def listens(host: str, port: int, owner: Subject) -> Outcome:
    """Whether `host` exists, and takes connections on `port`, which is known of SES's hosts alone."""
    other = region_of_other_api_host(host)
    if other is not None and "-fips." in host.lower() and other not in REGIONS_WITH_FIPS_API:
        return endpoints.REGION_WITHOUT_FIPS_API(owner, host=host, region=other)
    region = region_of_host(host) or region_of_fips_host(host)
    if region is None:
        return PASSES
    heard = PASSES if port in _PUBLIC_PORTS else port_not_offered(port, owner)
    missing = region in REGIONS_WITHOUT_SMTP
    return heard + endpoints.REGION_WITHOUT_SMTP(owner, host=host, region=region) if missing else heard


def port_not_offered(port: int, subject: Subject) -> Outcome:
    """The finding that SES's SMTP does not offer `port`."""
    return endpoints.PORT_NOT_OFFERED(subject, port=port, ses=SMTP)
