"""A workload: a service whose egress is judged, as the places in which AWS may run it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ..egress import Destination
from ..findings import placement
from ..ranges import EPHEMERAL_PORTS, Ranges
from ..values import UNKNOWN, Truth, Value, items
from ..verdict import PASSES, Outcome

if TYPE_CHECKING:
    from ..aws import Network
    from ..aws.security_group import SecurityGroup
    from ..aws.subnet import Subnet
    from ..aws.vpc import Vpc
    from ..graph.references import Ref
    from ..graph.resource import Resource

ANY_MAIL_SERVER: Final = Destination(None, None)
"""What a workload needs whose mail host is not named, or not read."""
EVERY_MAIL_SERVER: Final = Destination(UNKNOWN, UNKNOWN, every_host=True)
"""What a workload needs that may name any public mail host: its environment is not known."""


@dataclass(frozen=True)
class Placement:
    """Where the packets of a workload leave from.

    Attributes:
        owner: the resource that says so.
        managed: outside any VPC of the account, with the service's own way to the internet.
        subnets: any of them may hold the workload, so all must have the path.
        groups: the security groups on its interfaces; none stands for the VPC's default group.
        public_address: whether its interfaces have public IPv4 addresses.
        ipv6: whether its interfaces have IPv6 addresses too, where the subnet has both.
        ipv6_only: whether it may run in a subnet without IPv4: its interfaces are its own.
        dedicated: whether it runs in a VPC of dedicated tenancy.
        on_instances: whether it certainly runs on EC2 instances, which zones of every kind have.
        reply_ports: the ports that its packets come from.
        problem: why none of this can be known; without a finding, what it rests on.
    """

    owner: Resource
    managed: bool = False
    subnets: tuple[Ref[Subnet], ...] = ()
    groups: tuple[Ref[SecurityGroup], ...] = ()
    public_address: Truth = False
    ipv6: Truth = False
    ipv6_only: bool = False
    dedicated: Truth = True
    on_instances: bool = False
    reply_ports: Ranges = EPHEMERAL_PORTS
    problem: Outcome = PASSES

    def runs_in(self, vpc: Vpc) -> Outcome:
        """Whether AWS runs the workload in a VPC of this tenancy, which AWS makes its default VPCs without.

        Source: AWS Lambda Developer Guide, "Giving Lambda functions access to resources in an Amazon VPC".
        """
        if self.dedicated is True or vpc.dedicated is False:
            return PASSES
        sure = self.dedicated is False and vpc.dedicated is True
        says = placement.DEDICATED_TENANCY if sure else placement.MAYBE_DEDICATED_TENANCY
        return says(vpc, owner=self.owner)


@dataclass(frozen=True)
class Workload:
    """A service: it runs in exactly one of `placements`, and needs every one of `destinations`.

    Attributes:
        possible: those of them that it may not need, as it runs one of several definitions.
        silent: why there may be no destination: what was read, and does not name any.
        unread: what it may run that nobody has read, for a person; empty where there is nothing.
    """

    resource: Resource
    name: str
    placements: tuple[Placement, ...]
    destinations: tuple[Destination, ...]
    silent: str = ""
    possible: frozenset[Destination] = frozenset()
    unread: str = ""


def in_vpc(
    network: Network,
    owner: Resource,
    prop: str,
    *,
    config: Value,
    subnets: str,
    security_groups: str,
    public_address: Truth = False,
    ipv6: Truth = False,
    ipv6_only: bool = False,
    dedicated: Truth = True,
) -> Placement:
    """The placement that `config`, of the top-level property `prop` of `owner`, describes.

    Args:
        subnets: the name of the list of subnets in `config`.
        security_groups: that of the list of security groups.
    """
    return Placement(
        owner,
        subnets=network.subnets.refs(owner, items(config, subnets), prop),
        groups=network.security_groups.refs(owner, items(config, security_groups), prop),
        public_address=public_address,
        ipv6=ipv6,
        ipv6_only=ipv6_only,
        dedicated=dedicated,
    )


def named(service: Resource, name: Value) -> str:
    """The `name` of a service in AWS where that is known, else the one in the program."""
    return name if isinstance(name, str) else service.name
