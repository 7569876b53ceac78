"""Lambda functions: where their packets leave from, and what they need to reach."""

from __future__ import annotations

from typing import Any

import pytest

from reachability import UNKNOWN, Verdict
from tests.reachability.shown import verdicts
from tests.reachability.stacks import ALL_OUT, Stack, either, own_network, ref

REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED


@pytest.mark.parametrize(
    ("config", "verdict"),
    [
        ({"subnetIds": [ref("private")], "securityGroupIds": []}, UNREACHABLE),
        ({"subnetIds": [], "securityGroupIds": []}, REACHABLE),
        (None, REACHABLE),
        (ref("private"), UNDETERMINED),  # Unknown as a whole: it may be empty.
    ],
)
def test_a_function_without_subnets_is_outside_of_any_vpc(config: Any, verdict: Verdict) -> None:
    stack = Stack()
    own_network(stack)
    stack.remove("private-out")
    stack["function"]["vpcConfig"] = config

    assert verdicts(stack) == {"smtp.example.com:587": verdict}


@pytest.mark.parametrize(
    ("sources", "egress", "verdict"),
    [
        (("private", "group"), [ALL_OUT], REACHABLE),
        (("private", "group"), [], UNDETERMINED),  # It may be empty.
        (
            ("private", "vpc", "group"),
            [ALL_OUT],
            UNDETERMINED,
        ),  # The program may have looked subnets up there.
        (("private",), [ALL_OUT], UNDETERMINED),
    ],
)
def test_a_vpc_config_that_is_one_output(sources: tuple[str, ...], egress: Any, verdict: Verdict) -> None:
    stack = Stack()
    own_network(stack)
    stack.add("aws:ec2/securityGroup:SecurityGroup", "group", vpcId=ref("vpc"), egress=egress)
    stack["function"]["vpcConfig"] = either(*sources)

    assert verdicts(stack) == {"smtp.example.com:587": verdict}


@pytest.mark.parametrize(("egress", "verdict"), [([ALL_OUT], REACHABLE), ([], UNREACHABLE)])
def test_a_function_has_the_groups_that_it_is_given(egress: Any, verdict: Verdict) -> None:
    stack = Stack()
    own_network(stack)
    stack.add("aws:ec2/securityGroup:SecurityGroup", "group", vpcId=ref("vpc"), egress=egress)
    stack["function"]["vpcConfig"]["securityGroupIds"] = [ref("group")]

    assert verdicts(stack) == {"smtp.example.com:587": verdict}


@pytest.mark.parametrize(
    ("environment", "shown"),
    [
        ({"variables": {"OTHER": "x"}}, []),
        ({"variables": UNKNOWN}, ["a host that is a secret"]),  # It comes from no resource.
        ({"variables": ref("address")}, ["every public mail host"]),
        (ref("address"), ["every public mail host"]),
    ],
)
def test_the_mail_host_of_a_functions_environment(environment: Any, shown: list[str]) -> None:
    stack = Stack()
    own_network(stack)
    stack["function"]["environment"] = environment

    assert list(verdicts(stack)) == shown


@pytest.mark.parametrize(("given", "shown"), [("mailer", "mailer"), (ref("nothing"), "function")])
def test_the_name_of_a_function(given: Any, shown: str) -> None:
    stack = Stack()
    own_network(stack)
    stack["function"]["name"] = given

    assert [egress.service for egress in stack.prove()] == [shown]
