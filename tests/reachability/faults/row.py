"""One thing wrong with a stack, and what the proof must say of it; and what is often wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from reachability import Verdict
from tests.reachability.stacks import ACL, ANYWHERE, VPC, Stack

REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED
DEFAULT_GROUP = "sg-0d92b7e145fa8c360"
OPEN_ACL = {"ruleNo": 100, "action": "allow", "protocol": "-1", "cidrBlock": ANYWHERE}


class Row(NamedTuple):
    wrong: str
    change: Callable[[Stack], object]
    verdict: Verdict
    codes: set[str]


def deny(
    direction: str, cidr: str = ANYWHERE, ports: tuple[int, int] = (0, 65535)
) -> Callable[[Stack], object]:
    """An ACL entry before all others, in the ACL of every subnet."""
    entry = {
        "ruleNo": 1,
        "action": "deny",
        "protocol": "6",
        "fromPort": ports[0],
        "toPort": ports[1],
        "cidrBlock": cidr,
    }
    return lambda stack: stack[ACL][direction].append(entry)


def put(name: str, **properties: Any) -> Callable[[Stack], object]:
    return lambda stack: stack[name].update(properties)


def take(name: str) -> Callable[[Stack], object]:
    return lambda stack: stack.remove(name)


def both(*changes: Callable[[Stack], object]) -> Callable[[Stack], object]:
    return lambda stack: [change(stack) for change in changes]


def private_zone(name: str) -> Callable[[Stack], object]:
    return lambda stack: stack.hold(
        "aws:route53/zone:Zone", "Z1", name=name, zoneId="Z1", vpcs=[{"vpcId": VPC}]
    )


def profile(stack: Stack) -> None:
    stack.hold(
        "aws:route53/profilesAssociation:ProfilesAssociation", "rpassoc-1", profileId="rp-1", resourceId=VPC
    )
