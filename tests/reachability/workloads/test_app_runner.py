"""App Runner services: where their packets leave from, and what they need to reach."""

from __future__ import annotations

from typing import Any

import pytest

from reachability import UNKNOWN, Destination, Settings, Verdict
from reachability.verdict import Finding
from tests.reachability.shown import verdicts
from tests.reachability.stacks import (
    ACL,
    PRIVATE,
    PRIVATE_TABLE,
    VPC,
    Stack,
    add_nat_gateway,
    either,
    image,
    name_host,
    ref,
    urn,
)

REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED
SERVICE = "aws:apprunner/service:Service"


def egress_of(kind: Any = None, arn: Any = None) -> dict[str, Any]:
    configuration = {"egressType": kind, "vpcConnectorArn": arn}
    return {
        "egressConfiguration": {name: value for name, value in configuration.items() if value is not None}
    }


@pytest.mark.parametrize(
    ("network", "verdict"),
    [
        (egress_of("DEFAULT"), REACHABLE),
        (egress_of(), REACHABLE),
        (egress_of("VPC", ref("connector")), UNREACHABLE),
        (egress_of(None, ref("connector")), UNREACHABLE),
        (egress_of("DEFAULT", ref("connector")), REACHABLE),
        (egress_of("VPC"), UNDETERMINED),
        (egress_of("VPC", "arn:aws:apprunner:us-east-1:1:vpcconnector/other/1/1"), UNDETERMINED),
        (egress_of(ref("connector"), ref("connector")), UNDETERMINED),
    ],
)
def test_the_egress_that_a_service_chooses(nat: Stack, network: dict[str, Any], verdict: Verdict) -> None:
    nat.remove("default")
    nat["service"]["networkConfiguration"] = network

    assert verdicts(nat) == {"smtp-relay.brevo.com:587": verdict}


@pytest.mark.parametrize(
    ("connector", "where"), [("arn:other", "arn:other"), (ref("nothing"), "not known yet")]
)
def test_a_connector_that_is_not_read_is_named(nat: Stack, connector: Any, where: str) -> None:
    nat["service"]["networkConfiguration"] = egress_of("VPC", connector)

    (egress,) = nat.prove()

    assert egress.outcome.findings == (
        Finding(
            "CONNECTOR_NOT_READ",
            urn(SERVICE, "service"),
            f"VPC connector {where} of service service is neither in the program nor in the evidence",
            "create the aws.apprunner.VpcConnector in the program, or give the account's evidence",
            UNDETERMINED,
        ),
    )


def test_a_service_may_name_no_connector(nat: Stack) -> None:
    nat["service"]["networkConfiguration"] = egress_of("VPC", None)

    (egress,) = nat.prove()

    messages = [finding.message for finding in egress.outcome.findings]
    assert messages == ["service service leaves through a VPC, and names no VPC connector"]


def test_connectors_that_may_be_meant_are_named(nat: Stack) -> None:
    nat.add("aws:apprunner/vpcConnector:VpcConnector", "spare", **nat["connector"])
    nat["service"]["networkConfiguration"] = egress_of("VPC", either("connector", "spare"))

    (egress,) = nat.prove()

    messages = [finding.message for finding in egress.outcome.findings]
    said = (
        "which VPC connector service service has is not known until the update: connector, spare or another"
    )
    assert messages == [said]


def test_a_connector_is_of_the_region_of_its_service(nat: Stack) -> None:
    nat.providers["service"] = {"region": "eu-west-1"}

    (egress,) = nat.prove()

    assert egress.verdict is UNREACHABLE
    assert [finding.code for finding in egress.outcome.findings] == ["OTHER_REGION"]


def test_without_network_configuration_egress_is_the_services(nat: Stack) -> None:
    nat.remove("default")
    del nat["service"]["networkConfiguration"]

    assert verdicts(nat) == {"smtp-relay.brevo.com:587": REACHABLE}


def test_its_own_egress_reaches_no_private_address(nat: Stack) -> None:
    nat["service"]["networkConfiguration"] = egress_of("DEFAULT")
    name_host(nat, "10.0.0.25")

    assert verdicts(nat) == {"10.0.0.25:587": UNREACHABLE}


def test_an_inactive_connector_carries_nothing(nat: Stack) -> None:
    nat["connector"]["status"] = "INACTIVE"

    (egress,) = nat.prove()

    assert egress.verdict is UNREACHABLE
    assert [finding.code for finding in egress.outcome.findings] == ["BAD_STATE"]


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        (image({"SMTP_HOST": "mail.example.com", "SMTP_PORT": "465"}), "mail.example.com:465"),
        (image({"SMTP_HOST": "mail.example.com", "SMTP_PORT": 465.0}), "mail.example.com:465"),
        (image({"SMTP_HOST": "mail.example.com"}), "mail.example.com"),
        (image({"OTHER": "x"}), "any mail server"),
        (image({"SMTP_HOST": UNKNOWN}), "a host that is a secret"),  # It comes from no resource.
        (image({}, {"SMTP_HOST": "arn:secret"}), "a host that is a secret"),
    ],
)
def test_the_mail_host_of_its_environment(nat: Stack, source: dict[str, Any], shown: str) -> None:
    nat["service"]["sourceConfiguration"] = source

    assert verdicts(nat) == {shown: REACHABLE}


def test_a_variable_that_is_a_secret_too_is_open(nat: Stack) -> None:
    nat["service"]["sourceConfiguration"] = image({"SMTP_HOST": "a.example"}, {"SMTP_HOST": "arn:secret"})
    (egress,) = nat.prove()
    assert (egress.verdict, str(egress.destination)) == (UNDETERMINED, "a host that is a secret")
    assert "not documented" in egress.outcome.findings[0].message


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        (" mail.example.com\n", " mail.example.com\n:587"),
        (ref("connector-group"), "a host that is not known until the update:587"),
    ],
)
def test_what_becomes_of_a_host_is_not_known(nat: Stack, host: object, shown: str) -> None:
    name_host(nat, host)

    assert verdicts(nat) == {shown: UNDETERMINED}


def test_a_service_from_code_has_its_environment_elsewhere(nat: Stack) -> None:
    values = {"runtimeEnvironmentVariables": {"SMTP_HOST": "mail.example.com", "SMTP_PORT": "587"}}
    configuration: dict[str, object] = {"codeConfigurationValues": values}
    code = {"codeConfiguration": configuration}
    nat["service"]["sourceConfiguration"] = {"codeRepository": code}

    assert verdicts(nat) == {"mail.example.com:587": REACHABLE}
    configuration["configurationSource"] = "API"
    assert verdicts(nat) == {"mail.example.com:587": REACHABLE}


def test_what_a_service_ignores_names_no_host(nat: Stack) -> None:
    """Where it reads apprunner.yaml of its repository, the values beside it do not count."""
    values = {"runtimeEnvironmentVariables": {"SMTP_HOST": "mail.example.com", "SMTP_PORT": "587"}}
    code = {"configurationSource": "REPOSITORY", "codeConfigurationValues": values}
    nat["service"]["sourceConfiguration"] = {"codeRepository": {"codeConfiguration": code}}

    assert verdicts(nat) == {"any mail server": REACHABLE}


def test_a_port_that_is_none_decides_nothing(nat: Stack) -> None:
    name_host(nat, "mail.example.com", "smtp")

    assert verdicts(nat) == {"mail.example.com": UNDETERMINED}


def test_other_variables_and_destinations_by_the_settings(nat: Stack) -> None:
    nat["service"]["sourceConfiguration"] = image({"MAIL": "one.example.com", "RELAY": "two.example.com"})
    settings = Settings(
        host_variables=("MAIL", "RELAY"),
        port_variables=(),
        destinations=(Destination("hooks.example.com", 443, optional=True),),
    )

    assert verdicts(nat, settings) == {
        "one.example.com": REACHABLE,
        "two.example.com": REACHABLE,
        "hooks.example.com:443": REACHABLE,
    }


def test_variables_that_are_not_set_leave_the_others(nat: Stack) -> None:
    nat["service"]["sourceConfiguration"] = image({"RELAY": "two.example.com"})

    found = verdicts(nat, Settings(host_variables=("MAIL", "RELAY"), port_variables=()))

    assert found == {"two.example.com": REACHABLE}


def test_addresses_of_a_host_by_the_settings(nat: Stack) -> None:
    nat["connector-group"]["egress"][0]["cidrBlocks"] = ["185.107.232.0/24"]

    assert verdicts(nat) == {"smtp-relay.brevo.com:587": UNDETERMINED}
    known = Settings(addresses={"smtp-relay.brevo.com": ("185.107.232.0/25",)})
    assert verdicts(nat, known) == {"smtp-relay.brevo.com:587": REACHABLE}


@pytest.mark.parametrize("host", [UNKNOWN, None])
def test_a_host_that_is_not_known_needs_an_egress_path(nat: Stack, host: object) -> None:
    source = image({}) if host is None else image({"SMTP_HOST": ref("connector-group"), "SMTP_PORT": "587"})
    nat["service"]["sourceConfiguration"] = source
    nat.remove("default")

    (verdict,) = verdicts(nat).values()

    # One not known yet may be inside the VPC; one that is not named needs a way to some mail server.
    assert verdict is (UNREACHABLE if host is None else UNDETERMINED)


@pytest.mark.parametrize("secrets", [{}, {"SMTP_HOST": "arn:secret"}])
def test_the_endpoint_serves_a_host_that_is_absent_or_secret(ses: Stack, secrets: dict[str, str]) -> None:
    ses["service"]["sourceConfiguration"] = image({}, secrets)
    assert set(verdicts(ses).values()) == {REACHABLE}
    (egress,) = ses.prove()
    assert ("SECRET_HOST" in [each.code for each in egress.outcome.assumptions]) is bool(secrets)

    ses["endpoint"]["privateDnsEnabled"] = False
    assert set(verdicts(ses).values()) == {UNREACHABLE}


def test_every_subnet_of_a_connector_must_have_the_path(nat: Stack) -> None:
    nat.add(
        "aws:ec2/subnet:Subnet",
        "new",
        vpcId="vpc-0e9cd2c204069ca54",
        cidrBlock="172.31.128.0/20",
        availabilityZone="us-east-1c",
    )
    nat.add("aws:ec2/routeTable:RouteTable", "intra", vpcId="vpc-0e9cd2c204069ca54")
    link = "aws:ec2/routeTableAssociation:RouteTableAssociation"
    nat.add(link, "link", subnetId=ref("new"), routeTableId=ref("intra"))
    nat["connector"]["subnets"].append(ref("new"))

    (egress,) = nat.prove()

    assert egress.verdict is UNREACHABLE
    assert [finding.code for finding in egress.outcome.findings] == ["NO_ROUTE_TO_DESTINATION"]


@pytest.mark.parametrize(("given", "shown"), [("api", "api"), (ref("nothing"), "service")])
def test_the_name_of_a_service(nat: Stack, given: Any, shown: str) -> None:
    nat["service"]["serviceName"] = given

    assert [egress.service for egress in nat.prove()] == [shown]


def test_a_connector_with_ipv6_subnets_is_undetermined(nat: Stack) -> None:
    for number, subnet in enumerate(PRIVATE):
        nat[subnet]["ipv6CidrBlock"] = f"2600:1f18:0:{number}::/64"
    nat.add("aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway", "eigw", vpcId=VPC)
    route = {"destinationIpv6CidrBlock": "::/0", "egressOnlyGatewayId": ref("eigw")}
    nat.add("aws:ec2/route:Route", "out6", routeTableId=PRIVATE_TABLE, **route)
    nat["connector-group"]["egress"][0]["ipv6CidrBlocks"] = ["::/0"]
    for entries in (nat[ACL]["ingress"], nat[ACL]["egress"]):
        entries.append({"ruleNo": 101, "action": "allow", "protocol": "-1", "ipv6CidrBlock": "::/0"})
    name_host(nat, "2001:4860:4860::8888")

    (egress,) = nat.prove()

    assert egress.verdict is UNDETERMINED
    assert {finding.code for finding in egress.outcome.findings} == {"INTERFACE_WITHOUT_IPV6"}


def _unknown_environment(stack: Stack) -> None:
    stack["service"]["sourceConfiguration"] = ref("connector-group")


@pytest.mark.parametrize("managed", [True, False])
def test_an_unknown_environment_is_taken_to_name_a_public_host(nat: Stack, managed: bool) -> None:
    _unknown_environment(nat)
    if managed:
        nat["service"]["networkConfiguration"] = egress_of("DEFAULT")

    (egress,) = nat.prove()

    assert (egress.verdict, str(egress.destination)) == (REACHABLE, "every public mail host")
    assumption, *_ = egress.outcome.assumptions
    assert (assumption.code, assumption.resource) == ("ENVIRONMENT_UNKNOWN", urn(SERVICE, "service"))
    assert "a submission port (465, 587, 2465, 2525, 2587)" in assumption.message


@pytest.mark.parametrize(("first", "verdict"), [(465, UNDETERMINED), (1, REACHABLE)])
def test_an_unknown_environment_may_name_ses_as_well(ses: Stack, first: int, verdict: Verdict) -> None:
    """The endpoint takes the name of SES's host, by whatever port: NAT does not help there."""
    _unknown_environment(ses)
    add_nat_gateway(ses)
    ses["endpoint-group"]["ingress"][0].update(fromPort=first, toPort=2587 if first == 1 else 587)

    (egress,) = ses.prove()

    assert egress.verdict is verdict
    assert bool(egress.outcome.assumptions) is (verdict is REACHABLE)


@pytest.mark.parametrize("whole", ["networkConfiguration", "egressConfiguration"])
def test_a_network_configuration_that_is_one_output_may_name_any(ses: Stack, whole: str) -> None:
    """The account's own connectors as well, which a choice in `apply` may name."""
    one_output = ref("connector")
    ses["service"]["networkConfiguration"] = (
        one_output if whole == "networkConfiguration" else {whole: one_output}
    )

    (egress,) = ses.prove()

    assert egress.verdict is UNDETERMINED
    assert "CONNECTOR_NOT_READ" in {finding.code for finding in egress.outcome.findings}
