"""The route of the stack's mail, and what SES and DNS have of its domain already.

Source: Amazon SES Developer Guide, "Verifying a domain identity" and "Using a custom MAIL FROM domain".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from .environment import Environment, is_host
from .part import AdoptionError, Part, given

SES, NAT, BOTH = ROUTES = ("ses", "nat", "both")
IDENTITY: Final = "aws:sesv2/emailIdentity:EmailIdentity"
_ZONE: Final = "aws:route53/zone:Zone"
_RECORD: Final = "aws:route53/record:Record"
LABELS: Final = ("bounce", "bounces", "ses-bounce", "mail-bounce")
"""For the MAIL FROM domain, whose name nothing else may use: the stack's default first."""


@dataclass(frozen=True)
class Wanted:
    """What a person asks for.

    Attributes:
        route: that of the stack; `None` for the one that mail takes today.
        domain: that mail is sent from by SES; `None` for none.
    """

    route: str | None = None
    domain: str | None = None


def part(
    environment: Environment,
    wanted: Wanted,
    resources: Sequence[Mapping[str, Any]],
    *,
    shows_identities: bool,
    through_endpoint: bool,
) -> Part:
    """The route, the relay and the domain.

    Args:
        through_endpoint: whether an SMTP endpoint answers to SES's host in the VPC.
        shows_identities: whether SES was asked, so that an identity that is not there does not exist.

    Raises:
        AdoptionError: the route takes SES, and no domain is given.
    """
    today = SES if environment.sends_through_ses else NAT
    route = wanted.route or today
    if route != NAT and wanted.domain is None:
        raise AdoptionError(f"the route {route} sends by SES: name the sender's domain with --domain")
    config = {"route": route, **({"mailThrough": today} if route == BOTH else {})}
    server = environment.server(required=route != SES, through_endpoint=through_endpoint)
    sending = Part(config) + server + _elsewhere(environment, route)
    if wanted.domain is None:
        return sending
    domain = wanted.domain.lower().rstrip(".")
    if not is_host(domain):
        raise AdoptionError(f"--domain {wanted.domain!r} is no domain name: give one such as example.com")
    return sending + _identity(domain, resources, shows_identities)


def _elsewhere(environment: Environment, route: str) -> Part:
    """What SES of another region means for the stack: for itself it is a relay on the internet."""
    region = environment.other_region
    if region is None:
        return Part()
    own = environment.region
    if route == SES:
        why = f"the stack's is that of {own}, with an identity, a quota and credentials of its own"
    else:
        why = f"no endpoint in {own} leads there: it is the relay"
    return Part({}, (f"route ses: it sends by SES of {region} today: {why}",))


def _identity(domain: str, resources: Sequence[Mapping[str, Any]], shows_identities: bool) -> Part:
    found = next((each for each in resources if each["type"] == IDENTITY and each["id"] == domain), None)
    if found is not None and found["properties"].get("verifiedForSendingStatus"):
        return Part({"domain": domain, "adopt": ["identity"]})
    left_out = []
    if found is not None:
        left_out.append(
            f"adopt identity: SES has not verified {domain} yet: verify it, or delete the identity"
        )
    elif not shows_identities:
        left_out.append(f"adopt identity: the file does not show SES: name it if SES has verified {domain}")
    return Part({"domain": domain}, tuple(left_out)) + _records(domain, resources)


def _records(domain: str, resources: Sequence[Mapping[str, Any]]) -> Part:
    """Where the records of a new identity go, and which names are taken."""
    zones = [
        each
        for each in resources
        if each["type"] == _ZONE
        and not each["properties"].get("vpcs")
        and f".{domain}".endswith(f".{each['properties']['name']}")
    ]
    if not zones:
        return Part({"dns": "external"})
    name = max((str(zone["properties"]["name"]) for zone in zones), key=len)
    found = [str(zone["id"]) for zone in zones if zone["properties"]["name"] == name]
    if len(found) > 1:
        return Part(
            {},
            (f"zoneId: {' and '.join(sorted(found))} are both zones of {name}: set the one that is in use",),
        )
    names = {
        str(each["properties"]["name"])
        for each in resources
        if each["type"] == _RECORD and each["properties"].get("zoneId") == found[0]
    }
    left_out = (
        ()
        if names
        else (f"dmarcPolicy: the records of {name} were not read: a preview says what is in the way",)
    )
    label = next((each for each in LABELS if f"{each}.{domain}" not in names), LABELS[0])
    return Part(
        given(
            zoneId=found[0],
            mailFromSubdomain=None if label == LABELS[0] else label,
            dmarcPolicy="unmanaged" if f"_dmarc.{domain}" in names else None,
        ),
        left_out,
    )
