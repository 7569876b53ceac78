"""The network: a new VPC over two or three zones, or an existing one."""

import ipaddress
from dataclasses import dataclass
from typing import Any, Optional

import pulumi
import pulumi_aws as aws
from typing_extensions import NotRequired, TypedDict

from .helpers import checks
from .helpers.adoption import adopt
from .helpers.cidr import MOST_ZONES, zone_blocks
from .helpers.component import Component, ownership, received
from .helpers.lookup import DEFAULT_ROUTE, Account
from .helpers.ses import smtp_service
from .helpers.subnets import SubnetArgs, Topology
from .helpers.zones import preferred

_CIDR_BLOCK = "10.0.0.0/16"
_ZONE_COUNT = 2

_ARGUMENT = checks.of("Network")


class CreateNetworkArgs(TypedDict):
    """A VPC to create."""

    cidr_block: NotRequired[str]
    """Its IPv4 block, /16 to /24. Default: `10.0.0.0/16`."""
    zone_count: NotRequired[int]
    """Over how many zones it spreads, 2 or 3; those that offer the SES SMTP endpoint first. Default: 2."""
    availability_zones: NotRequired[list[str]]
    """The names of the zones, instead of a count, so that a zone that AWS adds never moves a subnet."""


class AdoptNetworkArgs(TypedDict):
    """A VPC to adopt: nothing of it is created, changed or deleted."""

    vpc_id: NotRequired[str]
    """Its id, or give `vpc_tags`."""
    vpc_tags: NotRequired[dict[str, str]]
    """Tags that this VPC has, and no other one of the region."""
    private_subnet_ids: NotRequired[list[str]]
    """The subnets that the VPC connector of a service uses, or give `private_subnet_tags`."""
    private_subnet_tags: NotRequired[dict[str, str]]
    """Tags that all these subnets have, and no other one of the VPC."""
    public_subnet_ids: NotRequired[list[str]]
    """The subnets for NAT gateways. Default: those whose route table leads to an internet gateway."""


class NetworkArgs(TypedDict):
    """Either `create` or `adopt`."""

    create: NotRequired[CreateNetworkArgs]
    """Create a VPC with public, private and intra tiers."""
    adopt: NotRequired[AdoptNetworkArgs]
    """Adopt a VPC by its ids."""


class Network(Component):
    """A VPC whose private subnets have no egress until a NAT gateway or an endpoint is added.

    A new one has a tier of public subnets (default route to an internet gateway), one of private subnets
    (a route table of its own for each zone, without a default route) and one of intra subnets (never with
    egress, for databases). An existing one is adopted by its ids.
    """

    vpc_id: pulumi.Output[str]
    """The id of the VPC."""
    private_subnet_ids: pulumi.Output[list[str]]
    """The ids of the private subnets, one for each zone of a new network."""
    private_route_table_ids: pulumi.Output[list[str]]
    """Their route tables, in the same order; an empty text for a subnet without one of its own."""
    public_subnet_ids: pulumi.Output[list[str]]
    """The ids of the public subnets."""
    intra_subnet_ids: pulumi.Output[list[str]]
    """The ids of the subnets that never have egress; none where the network is an existing one."""
    availability_zones: pulumi.Output[list[str]]
    """The zones of the private subnets, in their order."""

    def __init__(self, name: str, args: NetworkArgs, opts: Optional[pulumi.ResourceOptions] = None) -> None:
        args = received(args)
        check(args)
        account = Account(opts)
        existing = args.get("adopt")
        if existing is not None:
            self.topology = _adopt(existing, account)
            super().__init__(name, opts)
        else:
            new = args.get("create", {})
            zones = new.get("availability_zones") or _zones(name, new, account)
            super().__init__(name, opts)
            self.topology = self._create(name, new.get("cidr_block", _CIDR_BLOCK), zones)
        self.vpc_id = pulumi.Output.from_input(self.topology.vpc_id)
        self.private_subnet_ids = _ids(self.topology.private)
        self.private_route_table_ids = pulumi.Output.all(
            *(subnet.get("route_table_id", "") for subnet in self.topology.private)
        )
        self.public_subnet_ids = _ids(self.topology.public)
        self.intra_subnet_ids = _ids(self.topology.intra)
        self.availability_zones = pulumi.Output.from_input(
            [subnet["availability_zone"] for subnet in self.topology.private]
        )
        self._publish()

    def _create(self, name: str, cidr_block: str, zones: list[str]) -> Topology:
        vpc = aws.ec2.Vpc(
            name,
            cidr_block=cidr_block,
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags=ownership(name),
            opts=self._child(),
        )
        # A new VPC gets one of its own: moved, it would leave the old VPC while that is in use.
        replaced = pulumi.ResourceOptions(replace_on_changes=["vpcId"])
        gateway = aws.ec2.InternetGateway(
            name,
            vpc_id=vpc.id,
            tags=ownership(name),
            opts=pulumi.ResourceOptions.merge(self._child(), replaced),
        )
        public_table = self._route_table(f"{name}-public", vpc)
        aws.ec2.Route(
            f"{name}-public",
            route_table_id=public_table.id,
            destination_cidr_block=DEFAULT_ROUTE,
            gateway_id=gateway.id,
            opts=self._child(),
        )
        intra_table = self._route_table(f"{name}-intra", vpc)
        private, public, intra = [], [], []
        for zone, blocks in zip(
            zones, zone_blocks(_ARGUMENT("cidr_block"), cidr_block, len(zones)), strict=True
        ):
            private_table = self._route_table(f"{name}-private-{zone}", vpc)
            private.append(self._subnet(f"{name}-private-{zone}", vpc, zone, blocks.private, private_table))
            public.append(self._subnet(f"{name}-public-{zone}", vpc, zone, blocks.public, public_table))
            intra.append(self._subnet(f"{name}-intra-{zone}", vpc, zone, blocks.intra, intra_table))
        return Topology(vpc.id, [cidr_block], private, public, intra)

    def _route_table(self, name: str, vpc: aws.ec2.Vpc) -> aws.ec2.RouteTable:
        return aws.ec2.RouteTable(name, vpc_id=vpc.id, tags=ownership(name), opts=self._child())

    def _subnet(
        self, name: str, vpc: aws.ec2.Vpc, zone: str, cidr_block: str, table: aws.ec2.RouteTable
    ) -> SubnetArgs:
        subnet = aws.ec2.Subnet(
            name,
            vpc_id=vpc.id,
            availability_zone=zone,
            cidr_block=cidr_block,
            tags=ownership(name),
            opts=self._child(),
        )
        aws.ec2.RouteTableAssociation(name, subnet_id=subnet.id, route_table_id=table.id, opts=self._child())
        return {"id": subnet.id, "availability_zone": zone, "route_table_id": table.id}


def check(args: NetworkArgs, label: checks.Label = _ARGUMENT) -> None:
    """Every rule that can be checked without asking AWS.

    Raises:
        ArgumentError: for the first argument that breaks one.
    """
    checks.keys(label, args, NetworkArgs.__annotations__)
    checks.exactly_one(label, args, ("create", "adopt"))
    existing = args.get("adopt")
    if existing is not None:
        _check_adopt(existing, label)
    else:
        _check_create(args.get("create", {}), label)


def _check_create(args: CreateNetworkArgs, label: checks.Label) -> None:
    checks.keys(label, args, CreateNetworkArgs.__annotations__)
    zone_blocks(label("cidr_block"), args.get("cidr_block", _CIDR_BLOCK), MOST_ZONES)
    if "availability_zones" not in args:
        checks.between(label("zone_count"), args.get("zone_count", _ZONE_COUNT), 2, MOST_ZONES)
        return
    checks.exactly_one(label, args, ("zone_count", "availability_zones"))
    checks.distinct(label("availability_zones"), args["availability_zones"], 2, MOST_ZONES)


def _check_adopt(args: AdoptNetworkArgs, label: checks.Label) -> None:
    checks.keys(label, args, AdoptNetworkArgs.__annotations__)
    checks.exactly_one(label, args, ("vpc_id", "vpc_tags"))
    checks.exactly_one(label, args, ("private_subnet_ids", "private_subnet_tags"))
    for argument in ("vpc_tags", "private_subnet_tags"):
        _check_tags(label(argument), args.get(argument))
    if "vpc_id" in args:
        checks.resource_id(label("vpc_id"), args["vpc_id"], "vpc")
    private, public = args.get("private_subnet_ids", []), args.get("public_subnet_ids", [])
    least = 1 if "private_subnet_ids" in args else 0
    for argument, subnet_ids, at_least in (
        ("private_subnet_ids", private, least),
        ("public_subnet_ids", public, 0),
    ):
        checks.distinct(label(argument), subnet_ids, at_least)
        for subnet_id in subnet_ids:
            checks.resource_id(label(argument), subnet_id, "subnet")
    for subnet_id in public:
        if subnet_id in private:
            checks.refuse(
                label("public_subnet_ids"),
                subnet_id,
                "it is one of the private subnets too",
                "name it in one of the two",
            )


def _check_tags(argument: str, tags: Any) -> None:
    """Tags, if they are given, are texts, and at least one."""
    texts = isinstance(tags, dict) and all(isinstance(value, str) for value in tags.values())
    if tags is not None and not (texts and tags):
        checks.refuse(argument, tags, "it must be an object of texts", "give tags such as {'Name': 'main'}")


@dataclass(frozen=True)
class Location:
    """An existing network by its ids."""

    vpc_id: str
    private_subnet_ids: list[str]
    public_subnet_ids: list[str]


def located(args: AdoptNetworkArgs, account: Account) -> Location:
    """The network by its ids, also where it is given by tags.

    Raises:
        ArgumentError: no VPC, several VPCs or no subnet have the tags.
    """
    vpc_tags, subnet_tags = args.get("vpc_tags", {}), args.get("private_subnet_tags", {})
    vpc_id, private = args.get("vpc_id"), args.get("private_subnet_ids")
    if vpc_id is None:
        found = account.vpc_ids(vpc_tags)
        if len(found) != 1:
            checks.refuse(
                _ARGUMENT("vpc_tags"),
                vpc_tags,
                f"{len(found)} VPCs of {account.region()} have these tags",
                "give tags that one VPC has, or its id",
            )
        (vpc_id,) = found
    if private is None:
        private = account.subnet_ids(vpc_id, subnet_tags)
        if not private:
            checks.refuse(
                _ARGUMENT("private_subnet_tags"),
                subnet_tags,
                f"no subnet of {vpc_id} has these tags",
                "give tags that its private subnets have, or their ids",
            )
    return Location(vpc_id, private, args.get("public_subnet_ids", []))


def _zones(name: str, args: CreateNetworkArgs, account: Account) -> list[str]:
    """The zones of a new network, those with the SMTP endpoint service first.

    Of one that is there they stay, in the order of their blocks, whatever zones AWS offers since.

    Raises:
        ArgumentError: the region has fewer zones than are asked for.
    """
    count = args.get("zone_count", _ZONE_COUNT)
    zones = account.zones()
    if len(zones) < count:
        checks.refuse(
            _ARGUMENT("zone_count"), count, f"the region has {checks.listed(zones)}", "ask for less"
        )
    blocks = {zone: account.own_subnet_block(f"{name}-private-{zone}") for zone in zones}
    own = {zone: ipaddress.IPv4Network(block) for zone, block in blocks.items() if block}
    offered = account.zones_offering(smtp_service(account.region()))
    return preferred(zones, offered, count, sorted(own, key=own.__getitem__))


def _adopt(args: AdoptNetworkArgs, account: Account) -> Topology:
    found = located(args, account)
    return adopt(_ARGUMENT, account, found.vpc_id, found.private_subnet_ids, found.public_subnet_ids)


def _ids(subnets: list[SubnetArgs]) -> pulumi.Output[list[str]]:
    return pulumi.Output.all(*(subnet["id"] for subnet in subnets))
