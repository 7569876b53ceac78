"""Which ports and which ways a destination asks for, and what becomes of what was not read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reachability import UNKNOWN, Destination, Graph, Origin, Outcome, Proof, Settings, Verdict, prove
from tests.reachability.stacks import (
    ANYWHERE,
    PRIVATE,
    REGION,
    VPC,
    Stack,
    either,
    incident,
    own_network,
    ref,
    ses_stack,
)

REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED
SES = f"email-smtp.{REGION}.amazonaws.com"


def judge(stack: Stack, destination: Destination, settings: Settings | None = None) -> Outcome:
    proof = Proof(stack.graph(), settings, stack.evidence().zones)
    (workload,) = proof.workloads()
    return proof.judge(workload.placements, destination)


def open_port(stack: Stack, port: int) -> None:
    rule = {"protocol": "tcp", "fromPort": port, "toPort": port, "cidrBlocks": [ANYWHERE]}
    stack["connector-group"]["egress"] = [rule]


@pytest.mark.parametrize("open_", [465, 587, 2465, 2587])
def test_any_port_of_mail_will_do_where_no_host_is_named(nat: Stack, open_: int) -> None:
    open_port(nat, open_)

    assert judge(nat, Destination(None, None)).verdict is REACHABLE
    assert judge(nat, Destination(UNKNOWN, None, secret=True)).verdict is REACHABLE


@pytest.mark.parametrize(
    ("open_", "verdict"), [(587, REACHABLE), (465, UNDETERMINED), (2525, UNDETERMINED), (2500, UNREACHABLE)]
)
def test_a_host_without_a_port_is_asked_on_587(nat: Stack, open_: int, verdict: Verdict) -> None:
    open_port(nat, open_)

    assert judge(nat, Destination("smtp.example.com", None)).verdict is verdict
    assert judge(nat, Destination("smtp.example.com", open_)).verdict is REACHABLE
    assert judge(nat, Destination("smtp.example.com", UNKNOWN)).verdict is UNDETERMINED


@pytest.mark.parametrize(
    ("port", "verdict"),
    [(25, UNDETERMINED), (465, REACHABLE), (2587, REACHABLE), (26, UNREACHABLE), (2525, UNREACHABLE)],
)
@pytest.mark.parametrize("egress", ["VPC", "DEFAULT"])
def test_ses_listens_on_few_ports_whatever_the_way_there(
    nat: Stack, port: int, verdict: Verdict, egress: str
) -> None:
    configuration = {"egressType": egress, "vpcConnectorArn": ref("connector")}
    nat["service"]["networkConfiguration"] = {"egressConfiguration": configuration}

    found = judge(nat, Destination(SES, port))

    assert found.verdict is verdict
    assert [finding.code for finding in found.findings] == {
        REACHABLE: [],
        UNDETERMINED: ["PORT_25_BLOCKED"],
        UNREACHABLE: ["ENDPOINT_PORT"],
    }[verdict]
    assert judge(nat, Destination("smtp.example.com", port)).verdict is not UNREACHABLE


@pytest.mark.parametrize(
    ("host", "codes"),
    [
        ("10.9.0.5", ["IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS"]),
        ("127.0.0.1", ["NAME_NOT_PUBLIC"]),
        ("8.8.8.8", ["PORT_25_BLOCKED"]),
    ],
)
def test_port_25_is_blocked_to_public_addresses_alone(nat: Stack, host: str, codes: list[str]) -> None:
    assert [finding.code for finding in judge(nat, Destination(host, 25)).findings] == codes


def test_another_resolver_may_lead_sess_name_to_another_port(nat: Stack) -> None:
    nat.hold("aws:ec2/vpcDhcpOptions:VpcDhcpOptions", "dopt-own", domainNameServers=["172.31.0.53"])
    nat[VPC]["dhcpOptionsId"] = "dopt-own"

    assert judge(nat, Destination(SES, 2525)).verdict is UNDETERMINED


@pytest.mark.parametrize("destination", [Destination(None, None), Destination(UNKNOWN, 587, secret=True)])
def test_the_endpoint_leads_to_a_mail_server_without_a_name(ses: Stack, destination: Destination) -> None:
    assert judge(ses, destination).verdict is REACHABLE

    ses["endpoint-group"]["ingress"] = []
    assert judge(ses, destination).verdict is UNREACHABLE


@pytest.mark.parametrize(
    ("unread", "said"),
    [({"action": "ec2:DescribeNatGateways", "reason": "AccessDenied"}, True), (None, False)],
)
def test_an_unread_action_is_named_where_the_verdict_needs_it(nat: Stack, unread: Any, said: bool) -> None:
    assert nat.account is not None
    nat.account["unread"] = [unread] if unread else []
    assert judge(nat, Destination("smtp.example.com", 587)).findings == ()

    nat[VPC]["enableDnsSupport"] = False
    found = judge(nat, Destination("smtp.example.com", 587)).findings
    assert ("NOT_READ" in {finding.code for finding in found}) is said


@pytest.mark.parametrize("host", ["smtp.example.com", "SMTP.Example.com"])
def test_the_addresses_of_a_host_that_a_team_knows_are_enough(nat: Stack, host: str) -> None:
    block = "198.51.0.0/16"
    rule = {"protocol": "tcp", "fromPort": 587, "toPort": 587, "cidrBlocks": [block]}
    nat["connector-group"]["egress"] = [rule]
    settings = Settings(addresses={"smtp.example.com": (block,)})

    assert judge(nat, Destination(host, 587)).verdict is UNDETERMINED
    assert judge(nat, Destination(host, 587), settings).verdict is REACHABLE


def test_each_hop_says_that_it_is_the_accounts() -> None:
    stack = Stack(account=incident())

    (egress,) = prove(stack.graph(), zones=stack.evidence().zones, origin=Origin.ACCOUNT)

    hops = {hop.kind: hop.origin for hop in egress.outcome.path}
    assert hops == dict.fromkeys(
        ("workload", "subnet", "security-group", "network-acl", "route-table"), Origin.ACCOUNT
    )


@pytest.mark.parametrize("destination", [Destination(None, None), Destination(UNKNOWN, 587, secret=True)])
def test_an_endpoint_that_may_be_in_another_vpc_may_be_no_way(ses: Stack, destination: Destination) -> None:
    ses["endpoint"]["vpcId"] = ref("a VPC that is not in the graph")

    outcome = judge(ses, destination)

    assert outcome.verdict is UNDETERMINED
    assert "ENDPOINT_UNKNOWN" in {finding.code for finding in outcome.findings}


def test_what_aws_offers_where_is_known_without_being_told(ses: Stack) -> None:
    proof = Proof(ses.graph())
    (workload,) = proof.workloads()

    assert proof.judge(workload.placements, workload.destinations[0]).verdict is REACHABLE


def test_a_subnet_that_may_be_unread_leaves_it_open() -> None:
    stack = Stack()
    own_network(stack)
    stack["function"]["vpcConfig"]["subnetIds"] = [either("private", "gone")]
    stack.add("aws:ec2/subnet:Subnet", "gone", vpcId=ref("vpc"))
    proof = Proof(Graph(resource for resource in stack.resources(preview=True) if resource.name != "gone"))
    (workload,) = proof.workloads()

    outcome = proof.judge(workload.placements, Destination("smtp.example.com", 587))

    assert [finding.code for finding in outcome.findings] == ["SUBNET_NOT_READ"]


def test_a_host_that_may_be_a_closed_endpoints_is_open(nat: Stack) -> None:
    type_, endpoint = ses_stack().program["endpoint"]
    nat.add(type_, "endpoint", **{**endpoint, "securityGroupIds": []})

    outcome = judge(nat, Destination(UNKNOWN, 587))

    assert [finding.code for finding in outcome.findings] == ["HOST_UNKNOWN"]


@pytest.mark.parametrize("host", ["8.8.8.8", "[8.8.8.8]"])
def test_a_host_may_be_an_address(nat: Stack, host: str) -> None:
    rule = {"protocol": "tcp", "fromPort": 587, "toPort": 587, "cidrBlocks": ["8.8.8.8/32"]}
    nat["connector-group"]["egress"] = [rule]

    assert judge(nat, Destination(host, 587)).verdict is REACHABLE


@pytest.mark.parametrize(
    ("destination", "code"),
    [
        (Destination("smtp.example.com", UNKNOWN), "PORT_UNKNOWN"),
        (Destination(UNKNOWN, UNKNOWN), "HOST_UNKNOWN"),
        (Destination(UNKNOWN, UNKNOWN, secret=True), "PORT_UNKNOWN"),
    ],
)
def test_what_is_not_known_of_a_destination_is_said(nat: Stack, destination: Destination, code: str) -> None:
    assert [finding.code for finding in judge(nat, destination).findings] == [code]


def test_where_aws_offers_the_endpoint_is_read_from_the_account(ses: Stack) -> None:
    assert ses.account is not None
    for service in ses.account["endpointServices"]:
        service["availabilityZones"] = []

    (egress,) = ses.prove()

    codes = [finding.code for finding in egress.outcome.findings]
    assert codes == ["VPCE_SERVICE_NOT_INSTALLED_IN_AZ"] * 2


def test_a_function_on_a_capacity_provider_is_in_a_vpc(nat: Stack) -> None:
    for name in ("connector", "service"):
        nat.remove(name)
    nat.add(
        "aws:lambda/function:Function",
        "mailer",
        environment={"variables": {"SMTP_HOST": "smtp.example.com", "SMTP_PORT": "587"}},
        capacityProviderConfig={"lambdaManagedInstancesCapacityProviderConfig": {}},
    )

    (egress,) = nat.prove()

    assert egress.verdict is UNDETERMINED
    assert [finding.code for finding in egress.outcome.findings] == ["WORKLOAD_NOT_MODELLED"]


@pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])
@pytest.mark.parametrize(
    ("tenancy", "verdict"),
    [(None, REACHABLE), ("default", REACHABLE), ("dedicated", UNREACHABLE), (ref("later"), UNDETERMINED)],
)
def test_no_function_runs_in_a_vpc_of_dedicated_tenancy(
    tenancy: object, verdict: Verdict, preview: bool
) -> None:
    stack = Stack()
    own_network(stack)
    stack.add("aws:ssm/parameter:Parameter", "later", type="String", value="default")
    stack["vpc"]["instanceTenancy"] = tenancy

    (egress,) = stack.prove(preview=preview)

    assert egress.verdict is verdict
    assert {finding.code for finding in egress.outcome.findings} == (
        set() if verdict is REACHABLE else {"VPC_TENANCY"}
    )


@pytest.mark.parametrize(
    ("launch", "verdict"),
    [
        ({"launchType": "FARGATE"}, UNDETERMINED),
        ({"launchType": "EC2"}, REACHABLE),
        ({}, UNDETERMINED),
    ],
)
def test_fargate_in_a_vpc_of_dedicated_tenancy_is_undetermined(
    nat: Stack, launch: dict[str, str], verdict: Verdict
) -> None:
    nat[VPC]["instanceTenancy"] = "dedicated"
    assert [egress.verdict for egress in nat.prove()] == [REACHABLE]  # App Runner runs elsewhere.

    for name in ("connector", "service"):
        nat.remove(name)
    network = {"subnets": [PRIVATE[0]], "securityGroups": [ref("connector-group")]}
    containers = [{"environment": [{"name": "SMTP_HOST", "value": "smtp.example.com"}]}]
    nat.add(
        "aws:ecs/taskDefinition:TaskDefinition",
        "task",
        networkMode="awsvpc",
        containerDefinitions=json.dumps(containers),
    )
    nat.add(
        "aws:ecs/service:Service",
        "tasks",
        taskDefinition=ref("task"),
        networkConfiguration=network,
        **launch,
    )

    (egress,) = nat.prove()

    assert egress.verdict is verdict
    assert {finding.code for finding in egress.outcome.findings} <= {"VPC_TENANCY"}


def test_the_default_group_of_an_unread_vpc_is_unknown(nat: Stack) -> None:
    nat.remove(VPC)
    nat["connector"]["securityGroups"] = []

    outcome = judge(nat, Destination("smtp.example.com", 587))

    assert outcome.verdict is UNDETERMINED
    assert "SG_RULES_UNKNOWN" in {finding.code for finding in outcome.findings}


# What a plan does not tell of ids -----------------------------------------------------------------


def assumed(stack: Stack, *, preview: bool) -> tuple[Verdict, set[str]]:
    (egress,) = stack.prove(preview=preview)
    return egress.verdict, {each.code for each in egress.outcome.assumptions} & {"PLANNED_IDS"}


def test_a_verdict_on_ids_to_come_says_so(nat: Stack) -> None:
    """Dead paths included: which subnets a connector gets decides both ways."""
    assert assumed(nat, preview=True) == (REACHABLE, {"PLANNED_IDS"})
    assert assumed(nat, preview=False) == (REACHABLE, set())

    nat["nat"]["connectivityType"] = "private"
    assert assumed(nat, preview=True) == (UNREACHABLE, {"PLANNED_IDS"})

    nat["nat"]["connectivityType"] = UNKNOWN
    assert assumed(nat, preview=True) == (UNDETERMINED, set())


HOSTS = pytest.mark.parametrize("host", ["smtp.example.com", UNKNOWN], ids=["a host", "a secret host"])


def by_ports(stack: Stack, *ports: int) -> tuple[Verdict, list[str], list[str]]:
    """The same of a host for which no port is set: the program takes one of `ports`, if any are known."""
    found = judge(stack, Destination("smtp.example.com", None, ports=ports))
    assumed = [each.message for each in found.assumptions if each.code == "PORT_NOT_SET"]
    return found.verdict, [finding.code for finding in found.findings], assumed


def test_each_port_that_a_program_may_take_must_do(nat: Stack) -> None:
    assert by_ports(nat, 465, 587) == (REACHABLE, [], [])
    assert by_ports(nat, 25, 587) == (UNDETERMINED, ["PORT_UNKNOWN", "PORT_25_BLOCKED"], [])

    open_port(nat, 465)
    assert by_ports(nat, 465, 587) == (UNDETERMINED, ["PORT_UNKNOWN", "ENI_SG_RULES_MISMATCH"], [])
    assert by_ports(nat, 587, 2525) == (UNREACHABLE, ["ENI_SG_RULES_MISMATCH"], [])


def test_a_port_that_is_not_set_is_assumed_to_be_587(nat: Stack) -> None:
    assumed = "no variable sets the port of smtp.example.com: connector takes 587, the port of submission"
    assert by_ports(nat) == (REACHABLE, [], [assumed])
    open_port(nat, 587)
    assert by_ports(nat) == (REACHABLE, [], [assumed])


def test_a_path_by_another_port_may_be_that_of_a_host(nat: Stack) -> None:
    """Where no port is set the path is dead only if it is so by each one of submission."""
    open_port(nat, 465)
    assert by_ports(nat) == (UNDETERMINED, ["PORT_UNKNOWN", "ENI_SG_RULES_MISMATCH"], [])
    open_port(nat, 443)
    assert by_ports(nat) == (UNREACHABLE, ["ENI_SG_RULES_MISMATCH"], [])


def by_secret_port(stack: Stack, host: Any) -> tuple[Verdict, list[str], list[str]]:
    """The verdict, the codes of what stands in the way, and what is assumed of the port."""
    found = judge(stack, Destination(host, UNKNOWN, secret=host is UNKNOWN, secret_port=True))
    assumed = [each.message for each in found.assumptions if each.code == "SECRET_PORT"]
    return found.verdict, [finding.code for finding in found.findings], assumed


def assumed_of(name: str, ports: str) -> str:
    return f"the port that {name} sends its mail to is a secret: it is a submission port ({ports})"


@HOSTS
@pytest.mark.parametrize(("egress", "owner"), [("VPC", "connector"), ("DEFAULT", "service")])
def test_a_secret_port_is_assumed_to_be_of_submission(nat: Stack, host: Any, egress: str, owner: str) -> None:
    if egress == "DEFAULT":
        nat["service"]["networkConfiguration"] = {"egressConfiguration": {"egressType": egress}}

    assumed = assumed_of(owner, "465, 587, 2465, 2525, 2587")
    assert by_secret_port(nat, host) == (REACHABLE, [], [assumed])


@HOSTS
@pytest.mark.parametrize("port", [587, 443])
def test_a_secret_port_may_be_a_closed_one(nat: Stack, host: Any, port: int) -> None:
    open_port(nat, port)

    assert by_secret_port(nat, host) == (UNDETERMINED, ["PORT_UNKNOWN", "ENI_SG_RULES_MISMATCH"], [])


def test_a_secret_port_of_ses_is_one_that_it_offers(ses: Stack) -> None:
    assert by_secret_port(ses, SES)[0] is UNDETERMINED
    ses["endpoint-group"]["ingress"] = [{"protocol": "-1", "cidrBlocks": ["172.31.0.0/16"]}]

    assert by_secret_port(ses, SES) == (REACHABLE, [], [assumed_of("connector", "465, 587, 2465, 2587")])
    assert by_secret_port(ses, UNKNOWN)[0] is UNDETERMINED
