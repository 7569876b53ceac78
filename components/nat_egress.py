"""Egress to the internet: NAT gateways with addresses of their own, and the default routes to them."""

from typing import Optional

import pulumi
import pulumi_aws as aws
from typing_extensions import NotRequired, TypedDict

from .helpers import checks, subnets
from .helpers.component import Component, ownership, received
from .helpers.lookup import DEFAULT_ROUTE, Account
from .helpers.nat_plan import ARGUMENT, MODES, REGIONAL, RoutedTable, gateway_zones, routed_tables
from .helpers.subnets import SubnetArgs


class NatEgressArgs(TypedDict):
    """Where the NAT gateways are, and which subnets use them."""

    vpc_id: pulumi.Input[str]
    """The VPC; it must have an internet gateway."""
    private_subnets: list[SubnetArgs]
    """The subnets that get the default route: in their route table, or in a new one where they name none."""
    public_subnets: NotRequired[list[SubnetArgs]]
    """Subnets with a route to an internet gateway, for NAT gateways that are not regional."""
    adopt: NotRequired[bool]
    """Whether to use the NAT gateways and default routes that are there, unchanged. Default: false."""
    mode: NotRequired[str]
    """`single` (cheapest), `per-zone` or `regional` (one, an address in each zone). Default: `single`."""


class NatEgress(Component):
    """NAT gateways, their Elastic IP addresses, and a default route for each private subnet.

    Let it depend on a new network (`depends_on`): AWS requires an internet gateway. A route table that
    exists is adopted: it only gains the default route. One that has a default route already is
    refused, as AWS would refuse the second; this stack's own route is known by the tags of its gateway.
    """

    nat_gateway_ids: pulumi.Output[list[str]]
    """The ids of the NAT gateways."""
    public_ips: pulumi.Output[list[str]]
    """The public source addresses of the traffic: those to put on a mail relay's allow-list."""

    def __init__(self, name: str, args: NatEgressArgs, opts: Optional[pulumi.ResourceOptions] = None) -> None:
        args = received(args)
        checks.keys(ARGUMENT, args, NatEgressArgs.__annotations__, NatEgressArgs.__required_keys__)
        mode = checks.one_of(ARGUMENT("mode"), args.get("mode", MODES[0]), MODES)
        private, public = args["private_subnets"], args.get("public_subnets", [])
        subnets.check(ARGUMENT("private_subnets"), private)
        subnets.check(ARGUMENT("public_subnets"), public, least=0)
        account = Account(opts)
        if args.get("adopt"):
            gateway_ids = _default_gateways(routed_tables(MODES[0], private), account)
            super().__init__(name, opts)
            self.nat_gateway_ids = pulumi.Output.from_input(gateway_ids)
            self.public_ips = pulumi.Output.from_input(
                [account.nat_gateway_address(gateway_id) for gateway_id in gateway_ids]
            )
            self._publish()
            return
        private_zones = list(dict.fromkeys(subnet["availability_zone"] for subnet in private))
        own = [zone for zone in private_zones if account.own_nat_gateways(f"{name}-{zone}")]
        zones = gateway_zones(mode, private, public, own)
        tables = routed_tables(mode, private)
        _require_room(args["vpc_id"], tables, account)
        super().__init__(name, opts)
        self._vpc_id = args["vpc_id"]
        if mode == REGIONAL:
            addresses, gateways = self._regional(f"{name}-{REGIONAL}", list(zones))
        else:
            there = [subnet_id for subnet in public if (subnet_id := checks.known(subnet["id"]))]
            zones = {
                zone: _own_subnet(f"{name}-{zone}", account, there) or subnet_id
                for zone, subnet_id in zones.items()
            }
            addresses, gateways = self._zonal(name, zones)
        distinct = list(dict.fromkeys(gateways.values()))
        for table in tables:
            self._route(f"{name}-{table.label}", table, gateways.get(table.zone, distinct[0]))
        self.nat_gateway_ids = pulumi.Output.all(*(gateway.id for gateway in distinct))
        self.public_ips = pulumi.Output.all(*(address.public_ip for address in addresses))
        self._publish()

    def _zonal(
        self, name: str, zones: dict[str, Optional[pulumi.Input[str]]]
    ) -> tuple[list[aws.ec2.Eip], dict[str, aws.ec2.NatGateway]]:
        """A NAT gateway in a public subnet of each of `zones`."""
        addresses = {zone: self._address(f"{name}-{zone}") for zone in zones}
        gateways = {
            zone: aws.ec2.NatGateway(
                f"{name}-{zone}",
                subnet_id=subnet_id,
                allocation_id=addresses[zone].id,
                connectivity_type="public",
                tags=ownership(f"{name}-{zone}"),
                opts=self._child(),
            )
            for zone, subnet_id in zones.items()
        }
        return list(addresses.values()), gateways

    def _regional(
        self, name: str, zones: list[str]
    ) -> tuple[list[aws.ec2.Eip], dict[str, aws.ec2.NatGateway]]:
        """One NAT gateway for the VPC, with an address in each of `zones`: a stable set to allow-list.

        Given addresses switch off its own expansion to other zones (EC2 API Reference, "CreateNatGateway").
        """
        addresses = {zone: self._address(f"{name}-{zone}") for zone in zones}
        gateway = aws.ec2.NatGateway(
            name,
            vpc_id=self._vpc_id,
            availability_mode="regional",
            connectivity_type="public",
            availability_zone_addresses=[
                {"availability_zone": zone, "allocation_ids": [address.id]}
                for zone, address in addresses.items()
            ],
            tags=ownership(name),
            opts=self._child(),
        )
        return list(addresses.values()), dict.fromkeys(zones, gateway)

    def _address(self, name: str) -> aws.ec2.Eip:
        return aws.ec2.Eip(name, domain="vpc", tags=ownership(name), opts=self._child())

    def _route(self, name: str, table: RoutedTable, gateway: aws.ec2.NatGateway) -> None:
        route_table_id = table.route_table_id
        if route_table_id is None:
            route_table_id = aws.ec2.RouteTable(
                name, vpc_id=self._vpc_id, tags=ownership(name), opts=self._child()
            ).id
            aws.ec2.RouteTableAssociation(
                name, subnet_id=table.subnet_id, route_table_id=route_table_id, opts=self._child()
            )
        aws.ec2.Route(
            name,
            route_table_id=route_table_id,
            destination_cidr_block=DEFAULT_ROUTE,
            nat_gateway_id=gateway.id,
            opts=self._child(),
        )


def _own_subnet(name: str, account: Account, public: list[str]) -> Optional[str]:
    """The subnet of the NAT gateway that this stack calls `name`; `None` where there is none yet.

    In another one it would be created before the old one is deleted, and an address belongs to one gateway at
    a time.

    Args:
        public: the subnets that are known already, one of which it has to be.

    Raises:
        ArgumentError: it is none of them.
    """
    found = {each: account.nat_gateway_subnet(each) for each in account.own_nat_gateways(name)}
    for gateway_id, subnet_id in found.items() if public else ():
        if subnet_id in public:
            return subnet_id
        checks.refuse(
            ARGUMENT("public_subnets"),
            public,
            f"{gateway_id}, this stack's own, is in {subnet_id}, and moves to no other subnet of its zone "
            "with its address",
            f"name {subnet_id} too, or change it after an update without NAT gateways",
        )
    return None


def _default_gateways(tables: list[RoutedTable], account: Account) -> list[str]:
    """The NAT gateways that the default routes lead to.

    Raises:
        ArgumentError: a table has no default route to a NAT gateway, or to one of this stack's own.
    """
    found: dict[str, None] = {}
    for table in tables:
        table_id = checks.known(table.route_table_id)
        target = account.route_table(table_id).routes.get(DEFAULT_ROUTE, "") if table_id else ""
        if not target.startswith("nat-"):
            checks.refuse(
                ARGUMENT("private_subnets"),
                table.label,
                f"its {DEFAULT_ROUTE} leads to {target or 'nothing'}, no NAT gateway to adopt",
                f"do not adopt it by {ARGUMENT('adopt')}",
            )
        checks.not_own(ARGUMENT("adopt"), target, target in account.own_nat_gateways())
        found[target] = None
    return list(found)


def _require_room(vpc_id: pulumi.Input[str], tables: list[RoutedTable], account: Account) -> None:
    """No table has a default route yet, and no subnet loses a route, as far as can be looked up.

    Raises:
        ArgumentError: a table has a default route that is not this stack's own, or a subnet without a table
            of its own uses a main table with routes that a new table would lack.
    """
    for table in tables:
        table_id = checks.known(table.route_table_id)
        target = account.route_table(table_id).routes.get(DEFAULT_ROUTE) if table_id else None
        if target is None or (target.startswith("nat-") and target in account.own_nat_gateways()):
            continue
        checks.refuse(
            ARGUMENT("private_subnets"),
            table_id,
            f"this route table sends {DEFAULT_ROUTE} to {target} already, and holds one default route",
            f"adopt it by {ARGUMENT('adopt')}, to send through it as it is"
            if target.startswith("nat-")
            else "name subnets with another route table",
        )
    on_main = [table.label for table in tables if table.route_table_id is None]
    known_vpc = checks.known(vpc_id)
    if not on_main or known_vpc is None:
        return
    main = next(table for table in account.route_tables(known_vpc) if table.is_main)
    if main.routes:
        checks.refuse(
            ARGUMENT("private_subnets"),
            on_main[0],
            f"it has no route table of its own, and the main table {main.id} also routes "
            f"{checks.listed(sorted(main.routes))}, which a new table would lack",
            "associate a route table with the subnet first",
        )
