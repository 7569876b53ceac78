"""Subnets, as one component passes them to the next."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from typing_extensions import NotRequired, TypedDict

from . import checks


class SubnetArgs(TypedDict):
    """A subnet, and what decides how it is used."""

    id: pulumi.Input[str]
    """The subnet's id."""
    availability_zone: str
    """The name of its Availability Zone, such as `us-east-1a`."""
    route_table_id: NotRequired[pulumi.Input[str]]
    """The route table that it is associated with; left out where it has none of its own."""


@dataclass(frozen=True)
class Topology:
    """A network for a Python program: what is known already is plain, new ids are outputs."""

    vpc_id: pulumi.Input[str]
    cidr_blocks: list[str]
    private: list[SubnetArgs]
    public: list[SubnetArgs]
    intra: list[SubnetArgs]


def check(argument: str, subnets: Sequence[SubnetArgs], least: int = 1) -> None:
    """At least `least` subnets, each with an id and a zone."""
    checks.distinct(argument, [subnet.get("id") for subnet in subnets], least)
    for subnet in subnets:
        checks.keys(
            lambda key: f"{argument}.{key}",
            subnet,
            SubnetArgs.__annotations__,
            SubnetArgs.__required_keys__,
        )
        zone = subnet["availability_zone"]
        if not isinstance(zone, str):
            checks.refuse(
                f"{argument}.availability_zone",
                type(zone).__name__,
                "it must be plain text, for it decides what is created",
                "write the zone out, such as 'us-east-1a'",
            )
        for key, prefix in (("id", "subnet"), ("route_table_id", "rtb")):
            if checks.known(subnet.get(key)) is not None:
                checks.resource_id(f"{argument}.{key}", subnet.get(key), prefix)
