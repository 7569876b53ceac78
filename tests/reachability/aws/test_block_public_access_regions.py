"""VPC Block Public Access is a setting of one region of one account."""

from __future__ import annotations

import pytest

from reachability import Evidence, Verdict, combine, merge, parse, prove
from tests.reachability.regions import IRELAND, both_ways, document
from tests.reachability.shown import judged
from tests.reachability.stacks import OWNER, REGION, Properties, Stack, own_network, role, through

REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED
OPTIONS = "aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions"


@both_ways
def test_block_public_access_holds_for_its_own_region_alone(preview: bool) -> None:
    stack = Stack()
    own_network(stack)
    stack.add(OPTIONS, "options", internetGatewayBlockMode="block-bidirectional")
    assert judged(stack, preview=preview) == (UNREACHABLE, {"VPC_BLOCK_PUBLIC_ACCESS_ENABLED"})

    through(stack, IRELAND)
    stack.providers["options"] = {"region": "us-east-1"}
    assert judged(stack, preview=preview) == (REACHABLE, set())


@both_ways
def test_each_of_two_regions_has_its_own_setting(preview: bool) -> None:
    stack = Stack()
    own_network(stack, "us-")
    own_network(stack, "eu-")
    through(stack, IRELAND, "eu-")
    stack.add(OPTIONS, "us-options", internetGatewayBlockMode="off")
    stack.add(OPTIONS, "eu-options", internetGatewayBlockMode="block-bidirectional")
    stack.providers["eu-options"] = IRELAND

    found = {egress.service: egress.verdict for egress in stack.prove(preview=preview)}

    assert found == {"us-mailer": REACHABLE, "eu-mailer": UNREACHABLE}


@pytest.mark.parametrize(
    ("network", "options", "verdict"),
    [
        ({"region": REGION}, {"region": REGION, "assumeRoles": role(OWNER)}, UNDETERMINED),
        ({"region": REGION}, {"region": REGION, "profile": "other"}, UNDETERMINED),
        ({"region": REGION}, {}, UNDETERMINED),
        ({}, {}, UNREACHABLE),
        (
            {"region": REGION, "assumeRoles": role("444455556666")},
            {"region": REGION, "assumeRoles": role(OWNER)},
            REACHABLE,
        ),
    ],
)
def test_block_public_access_of_a_place_that_is_not_known(
    network: Properties, options: Properties, verdict: Verdict
) -> None:
    stack = Stack()
    own_network(stack)
    through(stack, network)
    stack.add(OPTIONS, "options", internetGatewayBlockMode="block-bidirectional")
    stack.providers["options"] = options

    assert judged(stack)[0] is verdict


def options_of(region: str, mode: str, account: str = "123456789012") -> Evidence:
    shown = {"type": OPTIONS, "id": region, "properties": {"internetGatewayBlockMode": mode}}
    return parse(document(region, account, resources=[shown]))


def judge_with(stack: Stack, *parts: Evidence) -> tuple[Verdict, set[str]]:
    evidence = combine(parts)
    graph = merge(stack.resources(preview=True), evidence, project="mailroute", stack="prod")
    (egress,) = prove(graph, zones=evidence.zones)
    return egress.verdict, {finding.code for finding in egress.outcome.findings}


def test_the_accounts_options_hold_for_their_region_alone() -> None:
    stack = Stack()
    own_network(stack)
    here, there = options_of(REGION, "off"), options_of("eu-west-1", "block-bidirectional")

    assert judge_with(stack, here, there) == judge_with(stack, there, here) == (REACHABLE, set())
    through(stack, IRELAND)
    assert judge_with(stack, here, there)[0] is judge_with(stack, there, here)[0] is UNREACHABLE


def test_options_of_two_accounts_leave_open_whose_vpc_it_is() -> None:
    stack = Stack()
    own_network(stack)
    parts = options_of(REGION, "off"), options_of(REGION, "block-bidirectional", OWNER)
    assert judge_with(stack, *parts)[0] is UNDETERMINED

    through(stack, {"region": REGION, "assumeRoles": role("123456789012")})
    assert judge_with(stack, *parts)[0] is REACHABLE
    through(stack, {"region": REGION, "assumeRoles": role(OWNER)})
    assert judge_with(stack, *parts)[0] is UNREACHABLE
