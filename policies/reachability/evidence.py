"""Evidence about what the program does not manage: its reading, and how the program overrides it.

The form is that of `evidence.schema.json`; reading files and AWS is done elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from .graph import Coverage, Graph, Resource
from .values import UNKNOWN, Unknown, Value, get, is_known
from .verdict import Origin

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PROJECT_TAG: Final = "pulumi:project"
STACK_TAG: Final = "pulumi:stack"

WITHOUT_SMTP: Final = frozenset(
    {
        "use1-az2",
        "use1-az3",
        "use1-az5",
        "usw1-az2",
        "usw2-az4",
        "apne2-az4",
        "cac1-az3",
        "cac1-az4",
    }
)
"""The zone ids without SES's SMTP endpoint (Amazon SES Developer Guide, "Setting up VPC endpoints")."""

_REGIONS_WITH_GAPS: Final = frozenset(
    {"us-east-1", "us-west-1", "us-west-2", "ap-northeast-2", "ca-central-1"}
)


@dataclass(frozen=True)
class Offer:
    """What a region's zones offer under this account's names for them.

    Attributes:
        zone_ids: zone id by `(region, zone name)`.
        smtp_zones: the names of the zones with the SMTP endpoint, by region.
    """

    zone_ids: Mapping[tuple[str, str], str] = field(default_factory=dict)
    smtp_zones: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def smtp_in_zone(self, region: str, name: Value, zone_id: Value) -> bool | Unknown:
        """Whether a zone offers SES's SMTP endpoint, by its id or else by its name."""
        if region not in _REGIONS_WITH_GAPS:
            return True
        if isinstance(name, str) and region in self.smtp_zones:
            return name in self.smtp_zones[region]
        if not isinstance(zone_id, str) and isinstance(name, str):
            zone_id = self.zone_ids.get((region, name), UNKNOWN)
        return zone_id not in WITHOUT_SMTP if isinstance(zone_id, str) else UNKNOWN


@dataclass(frozen=True)
class Evidence:
    """What is known of an account."""

    resources: tuple[Resource, ...] = ()
    coverage: Coverage = field(default_factory=Coverage)
    offer: Offer = field(default_factory=Offer)


def parse(document: Mapping[str, Any]) -> Evidence:
    """Read a document that is valid by `evidence.schema.json`."""
    region = str(document["region"])
    resources = tuple(_resource(entry, region) for entry in document["resources"])
    unread = tuple((entry["action"], entry["reason"]) for entry in document.get("unread", ()))
    zones = {(region, zone["name"]): zone["id"] for zone in document.get("availabilityZones", ())}
    smtp = {
        service["serviceName"].split(".")[2]: frozenset(service["availabilityZones"])
        for service in document.get("endpointServices", ())
        if service["serviceName"] == f"com.amazonaws.{region}.email-smtp"
    }
    return Evidence(resources, Coverage(frozenset(document["vpcs"]), unread), Offer(zones, smtp))


def _resource(entry: Mapping[str, Any], region: str) -> Resource:
    properties = entry["properties"]
    name = get(properties, "tags", "Name")
    return Resource(
        key=f"{entry['type']}::{entry['id']}",
        type=entry["type"],
        name=name if isinstance(name, str) else entry["id"],
        properties=properties,
        id=entry["id"],
        region=region,
        origin=Origin.ACCOUNT,
    )


def combine(parts: Iterable[Evidence]) -> Evidence:
    """The evidence of several regions or accounts as one."""
    found = tuple(parts)
    return Evidence(
        tuple(resource for part in found for resource in part.resources),
        Coverage(
            frozenset(vpc for part in found for vpc in part.coverage.vpcs),
            tuple(failure for part in found for failure in part.coverage.unread),
        ),
        Offer(
            {zone: name for part in found for zone, name in part.offer.zone_ids.items()},
            {region: zones for part in found for region, zones in part.offer.smtp_zones.items()},
        ),
    )


def merge(
    program: Iterable[Resource],
    evidence: Evidence,
    *,
    project: str,
    stack: str,
    deleted: Iterable[str] = (),
) -> Graph:
    """The program's resources over those of the account.

    What the program manages replaces what the account shows of it. What the stack owns and the
    program no longer declares is about to be deleted, and is left out: the tags that the components
    set tell so, or `deleted`, the ids that the stack's state has and the program has not.
    """
    declared = tuple(program)
    managed = {
        value
        for resource in declared
        for value in (resource.id, resource.get("arn"))
        if isinstance(value, str)
    }
    services = {
        (resource.type, resource.get("serviceName"))
        for resource in declared
        if is_known(resource.get("serviceName")) and "serviceName" in resource.properties
    }
    gone = frozenset(deleted)
    kept = [
        resource
        for resource in evidence.resources
        if resource.id not in managed
        and resource.id not in gone
        and not (is_known(resource.get("serviceName")) and _service(resource) in services)
        and not _is_owned(resource, project, stack)
    ]
    return Graph((*declared, *kept), evidence.coverage)


def _service(resource: Resource) -> tuple[str, Value]:
    return resource.type, resource.get("serviceName")


def _is_owned(resource: Resource, project: str, stack: str) -> bool:
    """Whether this stack made `resource`, by the tags of its components."""
    for tags in (resource.get("tags"), resource.get("tagsAll")):
        if get(tags, PROJECT_TAG) == project and get(tags, STACK_TAG) == stack:
            return True
    return False
