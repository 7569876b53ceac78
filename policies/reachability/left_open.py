"""What the proof leaves open wherever it meets it: what nobody has read, and what it does not follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .network import name_of
from .outcomes import open_question

if TYPE_CHECKING:
    from .graph import Ref, Resource
    from .routing import Route
    from .verdict import Outcome


def table_not_read(subnet: Resource) -> Outcome:
    return open_question(
        "ROUTE_TABLE_NOT_READ",
        subnet.key,
        f"the route table in force in subnet {subnet.label} is neither in the program nor in the evidence",
        "give the account's evidence (mailroute snapshot), or associate a table in the program",
    )


def destination_in_vpc(table: Resource, vpc: Ref) -> Outcome:
    return open_question(
        "DESTINATION_IN_VPC",
        table.key,
        f"the mail host's address is inside VPC {name_of(vpc)}, and what listens there is not in the graph",
        "name the relay by its public host, or add an exception",
    )


def not_modelled(route: Route, table: Resource) -> Outcome:
    what = route.via.removesuffix("Id").removesuffix("Arn")
    return open_question(
        "NOT_MODELLED",
        table.key,
        f"{table.label} sends this traffic to a {what} ({route.target.place}), "
        "which the proof does not follow",
        "route the mail host to a NAT gateway, use the SMTP endpoint, or accept it as an exception",
    )


def subnet_not_read(holder: Resource, called: str, ref: Ref) -> Outcome:
    """The subnet `ref` of `holder`, which is `called` so, may be one that the graph does not hold."""
    message = f"subnet {ref.place} of {called} is neither in the program nor in the evidence"
    remedy = "give the account's evidence (mailroute snapshot), or create the subnet in the program"
    if ref.candidates:
        message = f"a subnet of {called} is not known yet, and may be one that the program only reads"
        remedy = "list the subnets one by one, and those that are only read by their ids as plain text"
    return open_question("SUBNET_NOT_READ", holder.key, message, remedy)
