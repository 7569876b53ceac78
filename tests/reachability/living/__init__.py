"""Living programs in which every reference is plain, each beside a twin that its references may lead to.

Between them they name what the proof reads by every property that it reads it by: see `test_choices.py`.
"""

from __future__ import annotations

import re
from typing import Any, Final

from tests.reachability.living import detours, endpoints, gateways, instances
from tests.reachability.living.parts import ALL, ALL6, OPEN, in_region, kind
from tests.reachability.stacks import Properties, Stack, ref

TWIN: Final = "other-"
RUNNING: Final = (
    "aws:lambda/function:Function",
    "aws:ecs/service:Service",
    "aws:apprunner/service:Service",
)
"""The types of what a twin has none of: it is there for the references of the others alone."""
SHUT: Final = "sg-shut-"
"""What the id begins with of a group of each adopted VPC that lets nothing through."""
_BLOCK: Final = re.compile(r"\b10\.(\d)\.")
_HELD: Final = (kind("Vpc"), kind("Subnet"), kind("InternetGateway"))
_ID: Final = {"defaultRouteTableId": "rtb-", "defaultNetworkAclId": "acl-"}
"""What the id of a VPC's own table or ACL begins with here."""


def living() -> dict[str, Stack]:
    """Each by its name, with its twin."""
    makers = (
        gateways.by_nat_gateway,
        gateways.by_regional_gateway,
        gateways.by_defaults,
        gateways.by_default_table,
        endpoints.by_endpoint,
        endpoints.by_listed_endpoint,
        instances.by_nat_instance,
        instances.by_named_interface,
        instances.by_listed_interface,
        instances.by_launched_instance,
        instances.by_named_instance,
        detours.by_transit_gateway,
        detours.by_prefix_list,
        endpoints.by_peering,
        detours.by_firewall,
        detours.by_firewall_endpoint,
        detours.by_edge,
        gateways.over_ipv6,
        gateways.on_fargate,
    )
    return {maker.__name__: _with_regions(with_twin(maker())) for maker in makers}


def _with_regions(stack: Stack) -> Stack:
    regions = {given["region"] for given in stack.providers.values()}
    return in_region(stack, regions.pop()) if regions else stack


def with_twin(stack: Stack) -> Stack:
    """`stack` with all that it is made of once more, apart from it, and without what runs in it."""
    for name, (type_, properties) in list(stack.program.items()):
        if type_ not in RUNNING:
            stack.program[TWIN + name] = (type_, _apart(properties))
    for name, before in list(stack.depends_on.items()):
        stack.depends_on[TWIN + name] = tuple(TWIN + other for other in before)
    return stack


def _apart(value: Any) -> Any:
    if isinstance(value, dict):
        names = value.get("ref")
        return ref(TWIN + names) if names else {key: _apart(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_apart(each) for each in value]
    text = isinstance(value, str)
    return _BLOCK.sub(r"10.6\1.", value).replace("shop.com", "else.com") if text else value


def adopted(stack: Stack) -> Stack:
    """The same in VPCs that evidence shows, with their subnets and internet gateways."""
    held = {name for name, (type_, _) in stack.program.items() if type_ in _HELD}
    region = next(iter(stack.providers.values()), {"region": "us-east-1"})["region"]
    vpcs = [name for name in held if stack.program[name][0] == kind("Vpc")]
    account: Properties = {"accountId": "123456789012", "region": region, "resources": []}
    made = Stack(account={**account, "vpcs": [f"id-{name}" for name in vpcs]}, providers=stack.providers)
    for name, (type_, properties) in stack.program.items():
        shown = _with_ids(properties, held)
        if name not in held:
            made.program[name] = (type_, shown)
            continue
        if name in vpcs:
            shown |= {
                "enableDnsSupport": True,
                "enableDnsHostnames": True,
                "defaultNetworkAclId": f"acl-{name}",
                "defaultSecurityGroupId": f"sg-{name}",
                "mainRouteTableId": f"rtb-{name}",
                "defaultRouteTableId": f"rtb-{name}",
            }
            at = {"vpcId": f"id-{name}"}
            made.hold(kind("NetworkAcl"), f"acl-{name}", **at, **OPEN)
            made.hold(kind("SecurityGroup"), f"sg-{name}", **at, ingress=[], egress=[ALL, ALL6])
            made.hold(kind("SecurityGroup"), f"{SHUT}{name}", **at, ingress=[], egress=[])
            made.hold(kind("RouteTable"), f"rtb-{name}", **at, routes=[], associations=[])
        made.hold(type_, f"id-{name}", **shown)
    return made


def _with_ids(value: Any, held: set[str], prop: str = "") -> Any:
    """`value` with an id in place of each reference to what the account has."""
    if isinstance(value, dict):
        name = value.get("ref")
        if name in held:
            return f"{_ID.get(prop, 'id-')}{name}"
        return value if name else {key: _with_ids(each, held, key) for key, each in value.items()}
    return [_with_ids(each, held, prop) for each in value] if isinstance(value, list) else value
