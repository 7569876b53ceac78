"""What names a thing of another region or account is refused, whatever property it names it by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from reachability import Graph, Verdict, prove
from reachability.refusals.places import NAMED
from reachability.verdict import worst
from tests.reachability.living import living
from tests.reachability.shown import judged
from tests.reachability.stacks import OWNER, REGION, Properties, Stack, own_network, role, through

REACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNDETERMINED
GUEST: Final = "444455556666"
BETWEEN_PLACES: Final = frozenset({"peerVpcId", "vpcPeeringConnectionId"})
"""The properties that name what may be in another region or account by design."""
NOT_ON_THE_PATH: Final = frozenset(
    {
        # They name a VPC beside that of the path.
        "aws:ec2/encryptionControl:EncryptionControl",
        "aws:ec2/vpcEncryptionControl:VpcEncryptionControl",
        "aws:route53/profilesAssociation:ProfilesAssociation",
        "aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation",
        "aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace",
        # A hosted zone is of no region.
        "aws:route53/record:Record",
        "aws:route53/zone:Zone",
        "aws:route53/zoneAssociation:ZoneAssociation",
    }
)
SHARED: Final = frozenset({"aws:networkfirewall/firewallPolicy:FirewallPolicy"})
"""What names another account's where that shares it."""


def _named(value: Any, name: str = "") -> Iterator[str]:
    """The properties by which something is named in `value`, at whatever depth."""
    if isinstance(value, dict):
        if "ref" in value:
            yield name
        for inner, held in value.items():
            yield from _named(held, inner)
    for part in value if isinstance(value, list) else ():
        yield from _named(part, name)


def _moved(configuration: Properties, other: Properties) -> Iterator[tuple[str, Verdict]]:
    """For each type of the living programs its worst verdict where one resource of it is made by `other`."""
    seen: set[str] = set()
    for stack in living().values():
        through(stack, {"region": _region(stack), **configuration})
        plain = dict(zip(stack.program, stack.resources(preview=True), strict=True))
        for name, (type_, properties) in stack.program.items():
            if not name.startswith(("other-", "bad-")) and type_ not in seen and any(_named(properties)):
                seen.add(type_)
                stack.providers[name] = {**stack.providers[name], **other}
                moved = {**plain, name: stack.resource(name, preview=True)}
                yield type_, worst(egress.verdict for egress in prove(Graph(moved.values())))


def _region(stack: Stack) -> str:
    return next(iter(stack.providers.values()), {"region": REGION})["region"]


def _reachable_elsewhere(place: Properties) -> frozenset[str]:
    moved = _moved({"assumeRoles": role(OWNER)}, place)
    return frozenset(type_ for type_, verdict in moved if verdict is REACHABLE)


def test_what_names_a_thing_of_another_region_is_refused() -> None:
    assert _reachable_elsewhere({"region": "eu-west-1"}) == NOT_ON_THE_PATH


def test_what_names_a_thing_of_another_account_is_refused() -> None:
    assert _reachable_elsewhere({"assumeRoles": role(GUEST)}) == NOT_ON_THE_PATH | SHARED


def test_every_property_that_names_a_regional_thing_is_known() -> None:
    used = {
        name
        for stack in living().values()
        for type_, properties in stack.program.values()
        if not type_.startswith("aws:route53/")
        for name in _named(properties)
    }
    assert used - NAMED.keys() == BETWEEN_PLACES


def test_an_account_that_no_provider_tells_may_be_another_one() -> None:
    stack = Stack()
    own_network(stack)
    stack.providers["private-table"] = {"region": REGION, "profile": "other"}

    verdict, codes = judged(stack, preview=True)

    assert (verdict, "VPC_NOT_OWNED" in codes) == (UNDETERMINED, True)


def test_a_workload_of_another_region_leaves_the_others_be() -> None:
    stack = Stack()
    own_network(stack)
    stack.program["stray"] = stack.program["function"]
    stack.providers["stray"] = {"region": "eu-west-1"}

    verdicts = sorted(egress.verdict.value for egress in stack.prove())

    assert verdicts == ["reachable", "unreachable"]
