"""An existing network, as AWS describes it."""

from collections.abc import Mapping, Sequence
from typing import Optional

from . import checks
from .lookup import Account, RouteTable
from .subnets import SubnetArgs, Topology


def adopt(
    label: checks.Label, account: Account, vpc_id: str, private_ids: Sequence[str], public_ids: Sequence[str]
) -> Topology:
    """The VPC with the zone and the route table of each subnet.

    Args:
        public_ids: the public subnets; where there are none, those whose route table is public.

    Raises:
        ArgumentError: there is no such VPC, a subnet lies in another one, or a public one is not public.
    """
    vpc = account.vpc(vpc_id)
    if vpc is None:
        checks.refuse(
            label("vpc_id"), vpc_id, f"{account.region()} has no such VPC", "look at the id and the region"
        )
    tables = account.route_tables(vpc_id)
    effective = _effective_tables(account.subnet_ids(vpc_id), tables)
    for subnet_id in [*private_ids, *public_ids]:
        if subnet_id not in effective:
            argument = "private_subnet_ids" if subnet_id in private_ids else "public_subnet_ids"
            checks.refuse(label(argument), subnet_id, f"{vpc_id} has no such subnet", "name one of its own")
    for subnet_id in public_ids:
        if not _is_public(effective[subnet_id]):
            checks.refuse(
                label("public_subnet_ids"),
                subnet_id,
                "its route table does not lead to an internet gateway",
                "name a public subnet, or none for those that are public",
            )
    public_ids = public_ids or [one for one, table in effective.items() if _is_public(table)]
    return Topology(
        vpc_id,
        vpc.cidr_blocks,
        private=[_adopted(subnet_id, tables, account) for subnet_id in private_ids],
        public=[_adopted(subnet_id, tables, account) for subnet_id in public_ids],
        intra=[],
    )


def _effective_tables(
    subnet_ids: Sequence[str], tables: Sequence[RouteTable]
) -> Mapping[str, Optional[RouteTable]]:
    """A subnet's own table, else the main one: Amazon VPC User Guide, "Subnet route tables"."""
    own = {subnet_id: table for table in tables for subnet_id in table.subnet_ids}
    main = next((table for table in tables if table.is_main), None)
    return {subnet_id: own.get(subnet_id, main) for subnet_id in subnet_ids}


def _is_public(table: Optional[RouteTable]) -> bool:
    return table is not None and table.is_public


def _adopted(subnet_id: str, tables: Sequence[RouteTable], account: Account) -> SubnetArgs:
    """The subnet, with a route table of its own if it has one that this stack did not make for it."""
    subnet: SubnetArgs = {"id": subnet_id, "availability_zone": account.zone_of(subnet_id)}
    for table in tables:
        if subnet_id in table.subnet_ids and not table.is_own:
            subnet["route_table_id"] = table.id
    return subnet
