"""Evidence about what the program does not manage: its reading, and how the program overrides it.

The form is that of `evidence.schema.json`; reading files and AWS is done elsewhere.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from ..values import ABSENT, Value, get
from ..verdict import Origin
from . import tokens
from .defaults import adopted
from .graph import Coverage, Graph, Unread
from .resource import Resource
from .zones import ZoneAvailability

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PROJECT_TAG: Final = "pulumi:project"
STACK_TAG: Final = "pulumi:stack"


@dataclass(frozen=True)
class Evidence:
    """What is known of an account: its resources, how much of it was read, and what its zones offer."""

    resources: tuple[Resource, ...] = ()
    coverage: Coverage = field(default_factory=Coverage)
    zones: ZoneAvailability = field(default_factory=ZoneAvailability)


def parse(document: Mapping[str, Any]) -> Evidence:
    """Read a document that is valid by `evidence.schema.json`."""
    account, region = str(document["accountId"]), str(document["region"])
    resources = tuple(_resource(entry, account, region) for entry in document["resources"])
    unread = tuple(
        Unread(entry["action"], entry["reason"], account, region) for entry in document.get("unread", ())
    )
    zones = {(account, region, zone["name"]): zone["id"] for zone in document.get("availabilityZones", ())}
    name = f"com.amazonaws.{region}.email-smtp"
    services = {service["serviceName"]: service for service in document.get("endpointServices", ())}
    smtp = {(account, region): frozenset(services[name]["availabilityZones"])} if name in services else {}
    owners = {resource.id: resource.account for resource in resources}
    vpcs = frozenset((owners.get(vpc, account), region, vpc) for vpc in document["vpcs"])
    assumed = frozenset({region}) if document.get("availabilityZonesAssumed") else frozenset()
    coverage = Coverage(vpcs, unread, vpcs if document.get("defaultVpcAssumed") else frozenset())
    return Evidence(resources, coverage, ZoneAvailability(zones, smtp, assumed))


def _resource(entry: Mapping[str, Any], account: str, region: str) -> Resource:
    properties = entry["properties"]
    name, owner = get(properties, "tags", "Name"), get(properties, "ownerId")
    return Resource(
        key=f"{entry['type']}::{entry['id']}",
        type=entry["type"],
        name=name if isinstance(name, str) else entry["id"],
        properties=properties,
        id=entry["id"],
        region=region,
        origin=Origin.ACCOUNT,
        account=owner if isinstance(owner, str) else account,
    )


def combine(parts: Iterable[Evidence]) -> Evidence:
    """The evidence of several regions or accounts as one.

    What two of them show is taken from the one that has read the whole of its VPC: a shared subnet shows
    its participants less than its owner. Source: Amazon VPC User Guide, "Responsibilities and permissions
    for owners and participants".
    """
    found = tuple(parts)
    shown: dict[tuple[Value, ...], Resource] = {}
    for part in found:
        for resource in part.resources:
            identity = _identity(resource)
            whole = any(map(part.coverage.has_read, (resource.id, resource.get("vpcId"))))
            if whole or identity not in shown:
                shown[identity] = resource
    resources: dict[str, Resource] = {}
    for resource in shown.values():
        key = resource.key
        if key in resources:
            key = f"{resource.type}@{resource.account}/{resource.region}::{resource.id}"
        resources[key] = replace(resource, key=key)
    return Evidence(
        tuple(resources.values()),
        Coverage(
            frozenset(vpc for part in found for vpc in part.coverage.vpcs),
            tuple(failure for part in found for failure in part.coverage.unread),
            frozenset(vpc for part in found for vpc in part.coverage.assumed),
        ),
        ZoneAvailability(
            {zone: name for part in found for zone, name in part.zones.zone_ids.items()},
            {place: zones for part in found for place, zones in part.zones.smtp_zones.items()},
            frozenset(region for part in found for region in part.zones.assumed),
        ),
    )


def _identity(resource: Resource) -> tuple[Value, ...]:
    """What two parts of the evidence show alike where they show one thing.

    A peering connection is one, and either end's account and region shows it. Source: Amazon VPC Peering
    Guide, "How VPC peering connections work".
    """
    place = () if resource.type in tokens.PEERING else (resource.account, resource.region)
    return resource.key, *place


def merge(
    program: Iterable[Resource],
    evidence: Evidence,
    *,
    project: str,
    stack: str,
    deleted: Iterable[str] = (),
) -> Graph:
    """The program's resources over those of the account.

    What the program manages replaces what the account shows of it and of its parts. What the stack
    owns and the program no longer declares is about to be deleted, and is left out: the tags that the
    components set tell so, or `deleted`, the ids that the stack's state has and the program has not.
    """
    # Engines tell of resources in the order of a race: what is found must not depend on it.
    declared = tuple(adopted(sorted(program, key=lambda resource: resource.key), evidence.resources))
    managed: defaultdict[str, list[Resource]] = defaultdict(list)
    for resource in declared:
        for value in _identities(resource):
            managed[value].append(resource)
    gone = frozenset(deleted)
    kept = [
        resource
        for resource in evidence.resources
        if resource.id not in gone
        and not _is_owned(resource, project, stack)
        and not any(
            own.in_place_of(resource) is not False
            for value in (*_identities(resource), _whole(resource))
            for own in managed.get(value, ())
        )
    ]
    return Graph((*declared, *kept), evidence.coverage)


def _identities(resource: Resource) -> set[str]:
    """What tells that two resources are the same thing: an id or ARN, or the name of a service."""
    if resource.type in (*tokens.TGW_ASSOCIATION, *tokens.TGW_PROPAGATION):
        return {f"{resource.type}::{resource.id}"}  # Both have the ids of table and attachment as theirs.
    values = {value for value in (resource.id, resource.get("arn")) if isinstance(value, str)}
    name = resource.get("serviceName")
    if resource.type in tokens.APP_RUNNER_SERVICE and isinstance(name, str):
        values.add(f"{resource.type}::{name}")
    return values


def _whole(resource: Resource) -> Value:
    """The id of the table, group or ACL that `resource` is a route or rule of."""
    return next((resource.get(prop) for types, prop in _PARTS.items() if resource.type in types), ABSENT)


_PARTS: Final = {
    tokens.ROUTE: "routeTableId",
    tokens.TGW_ROUTE: "transitGatewayRouteTableId",
    tokens.NETWORK_ACL_RULE: "networkAclId",
    (*tokens.SECURITY_GROUP_RULE, *tokens.EGRESS_RULE, *tokens.INGRESS_RULE): "securityGroupId",
}


def _is_owned(resource: Resource, project: str, stack: str) -> bool:
    """Whether this stack made `resource`, by the tags of its components."""
    return any(
        get(tags, PROJECT_TAG) == project and get(tags, STACK_TAG) == stack
        for tags in (resource.get("tags"), resource.get("tagsAll"))
    )
