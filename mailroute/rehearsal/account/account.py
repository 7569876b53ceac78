"""The AWS account that a rehearsal simulates: what it holds, in memory; its file is never written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final, TypeVar

from evidence import EvidenceError, load
from mailroute import wire
from mailroute.rehearsal.result import RehearsalError

from . import regions
from .regions import EndpointService, Zone

A = TypeVar("A", bound="Account")

ACCOUNT_ID: Final = "123456789012"
"""The account that AWS's documents use for their examples."""


@dataclass(frozen=True, eq=False)
class AwsResource:
    """One resource of the account, in the form in which pulumi-aws shows it.

    Attributes:
        type: Pulumi's type token.
        outputs: its output properties in camelCase, secrets as `wire.Secret`.
        owner: the id of the resource that it came and goes with, such as a default group's VPC.
        generation: how often its URN had been created before.
        place: the account and region that it was made in; `None` is the account's own.
    """

    type: str
    id: str
    outputs: Mapping[str, Any] = field(repr=False)
    owner: str | None = None
    generation: int = 0
    place: tuple[str, str] | None = None

    @cached_property
    def properties(self) -> Mapping[str, Any]:
        """The output properties with secrets in clear: to compare, never to show."""
        properties: Mapping[str, Any] = wire.plain(self.outputs)
        return properties

    def get(self, name: str) -> Any:
        """The value of one property, `None` where it is not set."""
        return self.properties.get(name)

    def items(self, name: str) -> list[Any]:
        """The elements of a list property, none where it is not set."""
        return list(self.properties.get(name) or ())


_DESCRIBED_BY: Final = {
    "aws:ec2/vpc:Vpc": "ec2:DescribeVpcs",
    "aws:ec2/subnet:Subnet": "ec2:DescribeSubnets",
    "aws:ec2/routeTable:RouteTable": "ec2:DescribeRouteTables",
    "aws:ec2/internetGateway:InternetGateway": "ec2:DescribeInternetGateways",
    "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway": "ec2:DescribeEgressOnlyInternetGateways",
    "aws:ec2/natGateway:NatGateway": "ec2:DescribeNatGateways",
    "aws:ec2/vpcEndpoint:VpcEndpoint": "ec2:DescribeVpcEndpoints",
    "aws:ec2/securityGroup:SecurityGroup": "ec2:DescribeSecurityGroups",
    "aws:ec2/networkAcl:NetworkAcl": "ec2:DescribeNetworkAcls",
    "aws:apprunner/service:Service": "apprunner:ListServices",
    "aws:apprunner/vpcConnector:VpcConnector": "apprunner:ListVpcConnectors",
}
"""The types that an account file shows completely, and the IAM action that reads them."""

_SHOWN_IN_PART: Final = frozenset(
    {
        "aws:ec2/eip:Eip",
        "aws:ec2/vpcDhcpOptions:VpcDhcpOptions",
        "aws:ecs/taskDefinition:TaskDefinition",
    }
)
"""The types of which an account file shows those that a VPC or a service uses: others may be there."""

_ZONE: Final = "aws:route53/zone:Zone"


class Account:
    """An AWS account in one region.

    Attributes:
        id: its number, twelve digits.
        region: the region that its file shows.
        document: what it held before anything was rehearsed, as an evidence document.
        imports_services: whether a service that it showed from the start may be created: a rehearsal has no
            state, and takes it for imported. AWS refuses a second service of one name.
        empty_answers: the functions, by their tokens, that find nothing though there is something.
        found_by: the functions that find any number of resources and have found some, by their tokens.
    """

    imports_services = False
    empty_answers: frozenset[str] = frozenset()

    def __init__(self, document: Mapping[str, Any], *, whole: bool = False) -> None:
        """Take what `document` shows; `whole` says that there is nothing else."""
        self.document = document
        self._whole = whole
        self.id: str = document["accountId"]
        self.region: str = document["region"]
        self._unread = {entry["action"] for entry in document.get("unread", ())}
        self._zones = tuple(
            Zone(zone["name"], zone["id"]) for zone in document.get("availabilityZones", ())
        ) or regions.zones(self.region)
        self._services = tuple(
            EndpointService(
                service["serviceName"],
                service["serviceType"],
                service.get("privateDnsName") or "",
                tuple(service["availabilityZones"]),
            )
            for service in document.get("endpointServices", ())
        )
        self.found_by: set[str] = set()
        self._generations: dict[str, int] = {}
        self._gone: set[tuple[str, str]] = set()
        self._by_type: defaultdict[str, dict[str, AwsResource]] = defaultdict(dict)
        for entry in document["resources"]:
            self.put(AwsResource(entry["type"], entry["id"], entry["properties"]))

    @classmethod
    def load(cls: type[A], path: Path, region: str | None = None) -> A:
        """Read an account from an evidence file.

        Args:
            region: where the stack is, if that is known.

        Raises:
            RehearsalError: the file cannot be used, or shows another region.
        """
        try:
            document = load(path)
        except EvidenceError as error:
            raise RehearsalError(str(error)) from error
        if region is not None and document["region"] != region:
            raise RehearsalError(
                f"{path}: shows the account in {document['region']}, the stack is in {region}: "
                f"give --account a file of {region}, or set aws:region to {document['region']}"
            )
        return cls(document)

    @classmethod
    def empty(cls: type[A], region: str) -> A:
        """An account of which nothing is known: what every account has in `region`, and nothing else.

        Raises:
            RehearsalError: there is no such region.
        """
        if not regions.is_region(region):
            raise RehearsalError(f"aws:region: {region!r} is no AWS region: name one, such as us-east-1")
        return cls(
            {
                "version": 1,
                "accountId": ACCOUNT_ID,
                "region": region,
                "vpcs": [],
                "unread": [],
                "availabilityZones": [{"name": zone.name, "id": zone.id} for zone in regions.zones(region)],
                "availabilityZonesAssumed": True,
                "endpointServices": [
                    {
                        "serviceName": service.name,
                        "serviceType": service.type,
                        "privateDnsName": service.private_dns_name or None,
                        "availabilityZones": list(service.zones),
                    }
                    for service in regions.endpoint_services(region)
                ],
                "resources": [],
            },
            whole=True,
        ).with_default_vpc()

    def with_default_vpc(self: A) -> A:
        """The same account with the region's default VPC, as AWS creates it."""
        from .kinds.defaults import default_network  # which needs accounts

        vpc, *parts = default_network(self)
        entries = [{"type": each.type, "id": each.id, "properties": each.outputs} for each in (vpc, *parts)]
        document = {**self.document, "vpcs": [vpc.id], "defaultVpcAssumed": True, "resources": entries}
        return type(self)(document, whole=self._whole)

    def as_it_was(self: A) -> A:
        """The same account before anything was rehearsed in it."""
        account = type(self)(self.document, whole=self._whole)
        account.imports_services = self.imports_services
        account.empty_answers = self.empty_answers
        return account

    def zones(self, region: str) -> tuple[Zone, ...]:
        """The availability zones of `region` under this account's names."""
        return self._zones if region == self.region else regions.zones(region)

    def endpoint_services(self, region: str) -> tuple[EndpointService, ...]:
        """The services that endpoints in `region` commonly reach, as the account's file has them."""
        own = self._services if region == self.region else ()
        shown = {service.name for service in own}
        return own + tuple(
            service for service in regions.endpoint_services(region) if service.name not in shown
        )

    def shows(self, type_: str) -> bool:
        """Whether a resource of this type that the account does not show is not there."""
        if self._whole:
            return type_ in _DESCRIBED_BY or type_ in _SHOWN_IN_PART
        action = _DESCRIBED_BY.get(type_)
        return action is not None and action not in self._unread

    def shows_public_zones(self) -> bool:
        """Whether a public hosted zone that is not shown is not there: a file read by VPC shows none."""
        zones = (entry["properties"] for entry in self.document["resources"] if entry["type"] == _ZONE)
        return any(not zone.get("vpcs") for zone in zones)

    def shows_vpc(self, identity: str) -> bool:
        """Whether what the account shows of a VPC is all of it."""
        known = identity in self.document["vpcs"] or self.find("aws:ec2/vpc:Vpc", identity) is not None
        return self._whole or known

    def find(self, type_: str, identity: str) -> AwsResource | None:
        return self._by_type[type_].get(identity)

    def place_of(self, resource: AwsResource) -> tuple[str, str]:
        """The account and region that `resource` was made in."""
        return resource.place or (str(resource.get("ownerId") or self.id), self.region)

    def of(self, *types: str) -> Iterator[AwsResource]:
        """The resources of each of `types`, in the order in which they came."""
        return iter([found for type_ in types for found in self._by_type[type_].values()])

    def all(self) -> Iterator[AwsResource]:
        """Every resource."""
        return self.of(*self._by_type)

    def put(self, resource: AwsResource) -> None:
        """Add `resource`, or replace what has its type and id."""
        self._by_type[resource.type][resource.id] = resource
        self._gone.discard((resource.type, resource.id))

    def remove(self, type_: str, identity: str) -> None:
        """Take a resource away, and what it owns with it. A resource that is not there is no error.

        What a program has adopted stays when the program deletes it, and so does what that owns.
        """
        stays = any(each.id == identity and each.type != type_ for each in self.all())
        for resource in self.all():
            owned = resource.owner == identity and not stays
            if owned or (resource.type, resource.id) == (type_, identity):
                del self._by_type[resource.type][resource.id]
                self._gone.add((resource.type, resource.id))

    def was_there(self, resource: AwsResource) -> bool:
        """Whether the resource was here before anything was rehearsed."""
        shown = self.document["resources"]
        return any((entry["type"], entry["id"]) == (resource.type, resource.id) for entry in shown)

    def is_gone(self, type_: str, identity: str) -> bool:
        """Whether the resource was here and has been taken away."""
        return (type_, identity) in self._gone

    def generation(self, urn: str) -> int:
        """How often `urn` was created before: a replacement gets another id than what it replaces."""
        return self._generations.get(urn, 0)

    def count_creation(self, urn: str) -> None:
        """Count a creation of `urn`."""
        self._generations[urn] = self.generation(urn) + 1
