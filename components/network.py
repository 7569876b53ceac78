"""The network: a new VPC over two or three zones, or the one that is there already."""

from dataclasses import dataclass
from typing import Optional

import pulumi
import pulumi_aws as aws
from typing_extensions import NotRequired, TypedDict

from . import checks
from .app_runner_service import DestinationArgs
from .cidr import MOST_ZONES, zone_blocks
from .component import Component, ownership
from .lookup import DEFAULT_ROUTE, Account, RouteTable
from .smtp_endpoint import smtp_service
from .subnets import SubnetArgs
from .zones import preferred

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

    vpc_id: str
    """Its id."""
    private_subnet_ids: list[str]
    """The subnets that the VPC connector of a service uses."""
    public_subnet_ids: NotRequired[list[str]]
    """The subnets for NAT gateways. Default: those whose route table leads to an internet gateway."""


class NetworkArgs(TypedDict):
    """Either `create` or `adopt`."""

    create: NotRequired[CreateNetworkArgs]
    """Create a VPC with public, private and intra tiers."""
    adopt: NotRequired[AdoptNetworkArgs]
    """Adopt a VPC by its ids."""


@dataclass(frozen=True)
class Topology:
    """What a Python program hands on to other components: known values plain, new ids as outputs."""

    vpc_id: pulumi.Input[str]
    cidr_blocks: list[str]
    private: list[SubnetArgs]
    public: list[SubnetArgs]
    intra: list[SubnetArgs]

    @property
    def destinations(self) -> list[DestinationArgs]:
        """Every address of the VPC, for a service whose database and the like are there."""
        return [{"name": f"vpc-{block.replace('/', '-')}", "cidr_block": block} for block in self.cidr_blocks]


class Network(Component):
    """A VPC whose private subnets have no way out until a NAT gateway or an endpoint gives them one.

    A new one has a tier of public subnets (default route to an internet gateway), one of private subnets
    (a route table of its own for each zone, without a default route) and one of intra subnets (never a way
    out, for databases). An existing one is adopted by its ids.
    """

    vpc_id: pulumi.Output[str]
    """The id of the VPC."""
    private_subnet_ids: pulumi.Output[list[str]]
    """The ids of the private subnets, one for each zone of a new network."""
    public_subnet_ids: pulumi.Output[list[str]]
    """The ids of the public subnets."""
    intra_subnet_ids: pulumi.Output[list[str]]
    """The ids of the subnets that never have a way out; none where the network is an existing one."""
    availability_zones: pulumi.Output[list[str]]
    """The zones of the private subnets, in their order."""

    def __init__(self, name: str, args: NetworkArgs, opts: Optional[pulumi.ResourceOptions] = None) -> None:
        check(args)
        account = Account(opts)
        if "adopt" in args:
            self.topology = _adopt(args["adopt"], account)
            super().__init__(name, opts)
        else:
            zones = args["create"].get("availability_zones") or _zones(args["create"], account)
            super().__init__(name, opts)
            self.topology = self._create(name, args["create"].get("cidr_block", _CIDR_BLOCK), zones)
        self.vpc_id = pulumi.Output.from_input(self.topology.vpc_id)
        self.private_subnet_ids = _ids(self.topology.private)
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
        gateway = aws.ec2.InternetGateway(name, vpc_id=vpc.id, tags=ownership(name), opts=self._child())
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
    if checks.exactly_one(label, args, ("create", "adopt")) == "create":
        _check_create(args["create"], label)
    else:
        _check_adopt(args["adopt"], label)


def _check_create(args: CreateNetworkArgs, label: checks.Label) -> None:
    checks.keys(label, args, CreateNetworkArgs.__annotations__)
    zone_blocks(label("cidr_block"), args.get("cidr_block", _CIDR_BLOCK), MOST_ZONES)
    if "availability_zones" not in args:
        checks.between(label("zone_count"), args.get("zone_count", _ZONE_COUNT), 2, MOST_ZONES)
        return
    checks.exactly_one(label, args, ("zone_count", "availability_zones"))
    checks.distinct(label("availability_zones"), args["availability_zones"], 2, MOST_ZONES)


def _check_adopt(args: AdoptNetworkArgs, label: checks.Label) -> None:
    checks.keys(label, args, AdoptNetworkArgs.__annotations__, AdoptNetworkArgs.__required_keys__)
    checks.resource_id(label("vpc_id"), args["vpc_id"], "vpc")
    checks.distinct(label("private_subnet_ids"), args["private_subnet_ids"])
    checks.distinct(label("public_subnet_ids"), args.get("public_subnet_ids", []), 0)
    for subnet_id in args["private_subnet_ids"]:
        checks.resource_id(label("private_subnet_ids"), subnet_id, "subnet")
    for subnet_id in args.get("public_subnet_ids", []):
        checks.resource_id(label("public_subnet_ids"), subnet_id, "subnet")


def _zones(args: CreateNetworkArgs, account: Account) -> list[str]:
    """The zones of a new network, those with the SMTP endpoint service first.

    Raises:
        ArgumentError: the region has fewer zones than are asked for.
    """
    count = args.get("zone_count", _ZONE_COUNT)
    zones = account.zones()
    if len(zones) < count:
        checks.refuse(
            _ARGUMENT("zone_count"), count, f"the region has {checks.listed(zones)}", "ask for less"
        )
    return preferred(zones, account.zones_offering(smtp_service(account.region())), count)


def _adopt(args: AdoptNetworkArgs, account: Account) -> Topology:
    """The existing VPC, with the zone and the route table of each of its subnets."""
    vpc = account.vpc(args["vpc_id"])
    tables = account.route_tables(vpc.id)
    private_ids = args["private_subnet_ids"]
    public_ids = args.get("public_subnet_ids") or _public_subnet_ids(account.subnet_ids(vpc.id), tables)
    return Topology(
        vpc.id,
        vpc.cidr_blocks,
        private=[
            _adopted("private_subnet_ids", subnet_id, vpc.id, tables, account) for subnet_id in private_ids
        ],
        public=[
            _adopted("public_subnet_ids", subnet_id, vpc.id, tables, account) for subnet_id in public_ids
        ],
        intra=[],
    )


def _adopted(
    argument: str, subnet_id: str, vpc_id: str, tables: list[RouteTable], account: Account
) -> SubnetArgs:
    subnet = account.subnet(subnet_id)
    if subnet.vpc_id != vpc_id:
        checks.refuse(
            _ARGUMENT(argument),
            subnet_id,
            f"it lies in {subnet.vpc_id}, not in {vpc_id}",
            "name one of its own",
        )
    adopted: SubnetArgs = {"id": subnet_id, "availability_zone": subnet.availability_zone}
    for table in tables:
        if subnet_id in table.subnet_ids and not table.is_own:
            adopted["route_table_id"] = table.id
    return adopted


def _public_subnet_ids(subnet_ids: list[str], tables: list[RouteTable]) -> list[str]:
    """Those of `subnet_ids` whose effective route table, their own or the main one, is public."""
    own = {subnet_id: table for table in tables for subnet_id in table.subnet_ids}
    main = next((table for table in tables if table.is_main), None)
    effective = {subnet_id: own.get(subnet_id, main) for subnet_id in subnet_ids}
    return [subnet_id for subnet_id, table in effective.items() if table is not None and table.is_public]


def _ids(subnets: list[SubnetArgs]) -> pulumi.Output[list[str]]:
    return pulumi.Output.all(*(subnet["id"] for subnet in subnets))
