"""How a subnet is handed from one component to the next."""

import pulumi
from typing_extensions import NotRequired, TypedDict


class SubnetArgs(TypedDict):
    """A subnet, and what decides how it is used."""

    id: pulumi.Input[str]
    """The subnet's id."""
    availability_zone: str
    """The name of its Availability Zone, such as `us-east-1a`."""
    route_table_id: NotRequired[pulumi.Input[str]]
    """The route table that it is associated with; left out where it has none of its own."""
