"""ECS Express Mode: services that name their containers and subnets themselves."""

from __future__ import annotations

from typing import Any

import pytest

from reachability import UNKNOWN, Verdict
from reachability.verdict import Finding
from tests.reachability.over_ipv6 import RELAY6, SETTING, network
from tests.reachability.shown import judged
from tests.reachability.stacks import PRIVATE, PUBLIC, VPC, Stack, ref, urn

REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED
EXPRESS = "aws:ecs/expressGatewayService:ExpressGatewayService"


def hosts(stack: Stack) -> list[str]:
    return [str(egress.destination) for egress in stack.prove()]


def container(host: Any, name: Any = "SMTP_HOST") -> dict[str, Any]:
    return {"environments": [{"name": name, "value": host}]}


@pytest.fixture
def express(nat: Stack) -> Stack:
    """A service in place of App Runner's, in a private subnet with NAT."""
    for name in ("connector", "service"):
        nat.remove(name)
    place = {"subnets": [PRIVATE[0]], "securityGroups": [ref("connector-group")]}
    nat.add(EXPRESS, "web", serviceName="mailer", primaryContainer=container("smtp.example.com"))
    nat["web"]["networkConfigurations"] = [place]
    return nat


@pytest.fixture
def dual() -> Stack:
    """One in a subnet of both families, in an account that gives its tasks IPv6 addresses."""
    stack = network(RELAY6, ipv6_only=False)
    place = {"subnets": [ref("tasks")], "securityGroups": [ref("group")]}
    stack.remove("service")
    stack.add(EXPRESS, "web", primaryContainer=container(RELAY6), networkConfigurations=[place])
    stack.add(SETTING, "setting", name="dualStackIPv6", value="enabled")
    return stack


def test_an_express_service_uses_its_own_subnets_and_groups(express: Stack) -> None:
    (egress,) = express.prove()

    assert (egress.service, str(egress.destination)) == ("mailer", "smtp.example.com")
    assert egress.verdict is REACHABLE
    hops = {hop.kind: hop.resource for hop in egress.outcome.path}
    assert hops["workload"] == urn(EXPRESS, "web")
    assert hops["subnet"].endswith(PRIVATE[0])
    assert hops["security-group"].endswith("::connector-group")

    express["connector-group"]["egress"] = []
    assert judged(express) == (UNREACHABLE, {"ENI_SG_RULES_MISMATCH"})


def test_a_service_without_a_name_has_the_one_in_the_program(express: Stack) -> None:
    del express["web"]["serviceName"]

    assert [egress.service for egress in express.prove()] == ["web"]


@pytest.mark.parametrize(
    ("primary", "shown"),
    [
        ({}, []),
        (container("app.example.com", "OTHER"), []),
        ({"secrets": [{"name": "SMTP_HOST", "valueFrom": "arn:secret"}]}, ["a host that is a secret"]),
        (container(UNKNOWN), ["a host that is a secret"]),  # It comes from no resource.
        (container(ref("address")), ["a host that is not known until the update"]),
        (container("smtp.example.com", ref("address")), ["every public mail host"]),
        ({"environments": ref("address")}, ["every public mail host"]),
    ],
)
def test_the_mail_host_of_its_container(express: Stack, primary: Any, shown: list[str]) -> None:
    express["web"]["primaryContainer"] = primary

    assert hosts(express) == shown


def test_the_subnets_that_it_does_not_name_are_not_followed(express: Stack) -> None:
    del express["web"]["networkConfigurations"]

    (egress,) = express.prove()

    assert egress.outcome.findings == (
        Finding(
            "WORKLOAD_NOT_MODELLED",
            urn(EXPRESS, "web"),
            "service web leaves its subnets to ECS Express Mode: the default VPC's",
            "name the subnets in network_configurations",
            UNDETERMINED,
        ),
    )


def test_the_subnets_that_are_not_known_may_be_any(express: Stack) -> None:
    express["web"]["networkConfigurations"] = UNKNOWN

    assert judged(express) == (UNDETERMINED, {"SUBNET_NOT_READ"})


def test_in_a_public_subnet_it_may_have_a_public_address(express: Stack) -> None:
    """Express Mode gives one where the subnets are public, which it finds out by itself."""
    express["web"]["networkConfigurations"][0]["subnets"] = [PUBLIC[0]]

    assert judged(express)[0] is UNDETERMINED


def test_whether_it_runs_in_dedicated_tenancy_is_not_documented(express: Stack) -> None:
    express[VPC]["instanceTenancy"] = "dedicated"

    assert judged(express) == (UNDETERMINED, {"VPC_TENANCY"})


@pytest.mark.parametrize(
    ("value", "verdict"),
    [("enabled", REACHABLE), ("disabled", UNREACHABLE), (UNKNOWN, UNDETERMINED)],
)
def test_the_accounts_setting_gives_it_ipv6_addresses(dual: Stack, value: object, verdict: Verdict) -> None:
    dual["setting"]["value"] = value

    assert judged(dual) == (verdict, set() if verdict is REACHABLE else {"INTERFACE_WITHOUT_IPV6"})


def test_it_runs_in_a_subnet_without_ipv4(dual: Stack) -> None:
    dual.remove("setting")
    del dual["tasks"]["cidrBlock"]
    dual["tasks"]["ipv6Native"] = True

    assert judged(dual) == (REACHABLE, set())
