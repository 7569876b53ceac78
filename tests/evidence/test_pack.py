"""The policy pack with live evidence, in its own process: what the stack is about to delete is none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from reachability import UNKNOWN
from tests.evidence.account import OWNED, SES_HOST, SMTP, Account
from tests.evidence.front import Front
from tests.policies.harness import Node, PackProcess

RULE = "apprunner-egress-route"


@pytest.fixture
def pack(front: Front) -> Iterator[PackProcess]:
    with PackProcess(updating=False, variables={"MAILROUTE_EVIDENCE": "live"}) as process:
        process.configure({})
        yield process


def program(account: Account, *more: Node) -> list[Node]:
    """A service that sends its mail to SES through a connector in subnets that the program only names."""
    connector = Node(
        "aws:apprunner/vpcConnector:VpcConnector",
        "connector",
        {"vpcConnectorName": "shop", "subnets": account.private, "securityGroups": [account.group]},
    )
    configuration = {"runtimeEnvironmentVariables": {"SMTP_HOST": SES_HOST, "SMTP_PORT": "587"}}
    egress = {"egressType": "VPC", "vpcConnectorArn": UNKNOWN}
    service = Node(
        "aws:apprunner/service:Service",
        "api",
        {
            "serviceName": "api",
            "networkConfiguration": {"egressConfiguration": egress},
            "sourceConfiguration": {"imageRepository": {"imageConfiguration": configuration}},
        },
        dependencies={"networkConfiguration": (connector.urn,)},
    )
    return [connector, service, *more]


def codes(pack: PackProcess, nodes: list[Node]) -> set[str]:
    return {code for result in pack.run(nodes).of(RULE) for code in result.codes}


def test_an_account_s_endpoint_counts_unless_about_to_be_deleted(
    front: Front, account: Account, pack: PackProcess
) -> None:
    account.endpoint()
    assert codes(pack, program(account)) == set()
    assert front.calls["ec2:DescribeVpcEndpoints"] == 1  # however many rules ask

    other_stack = Account(front)
    other_stack.endpoint(**{**OWNED, "pulumi:stack": "prod"})
    assert codes(pack, program(other_stack)) == set()

    removed = Account(front)
    removed.endpoint(**OWNED)
    nodes = program(removed)
    results = pack.run(nodes)
    assert results.blocked(RULE, nodes[1].urn)
    assert {code for result in results.of(RULE) for code in result.codes} == {"NO_ROUTE_TO_DESTINATION"}

    declared = Node(
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        "smtp",
        {
            "vpcId": removed.vpc,
            "serviceName": SMTP,
            "vpcEndpointType": "Interface",
            "privateDnsEnabled": True,
            "subnetIds": removed.private,
            "securityGroupIds": [removed.group],
        },
    )
    removed.ec2.authorize_security_group_ingress(
        GroupId=removed.group,
        IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": 587, "ToPort": 587, "IpRanges": [{"CidrIp": "10.20.0.0/16"}]}
        ],
    )
    assert codes(pack, program(removed, declared)) == set()


def test_the_stack_s_state_tells_what_no_tag_tells(
    account: Account, pack: PackProcess, tmp_path: Path
) -> None:
    endpoint = account.endpoint()
    state = tmp_path / "state.json"
    entry = {
        "urn": "urn:pulumi:dev::shop::aws:ec2/vpcEndpoint:VpcEndpoint::smtp",
        "custom": True,
        "id": endpoint,
        "type": "aws:ec2/vpcEndpoint:VpcEndpoint",
        "outputs": {},
    }
    state.write_text(json.dumps({"version": 3, "deployment": {"resources": [entry]}}))
    pack.configure({RULE: {"state": str(state)}})
    assert codes(pack, program(account)) == {"NO_ROUTE_TO_DESTINATION"}
    state.write_text("{}")
    assert codes(pack, program(account)) >= {"EVIDENCE_UNREADABLE"}


def test_an_account_that_cannot_be_read_blocks(front: Front, account: Account, pack: PackProcess) -> None:
    front.denied = {"sts:GetCallerIdentity"}
    nodes = program(account)
    results = pack.run(nodes)
    assert results.blocked(RULE, nodes[1].urn)
    (line,) = [result.message for result in results.of(RULE) if "EVIDENCE_UNREADABLE" in result.message]
    assert "AWS refuses the credentials (AccessDenied: no)" in line


def test_what_may_not_be_read_is_named_by_the_rule(front: Front, account: Account, pack: PackProcess) -> None:
    account.nat()
    front.denied = {"ec2:DescribeVpcEndpoints"}
    (result,) = pack.run(program(account)).of(RULE)
    assert {"ENDPOINTS_NOT_READ", "NOT_READ"} <= set(result.codes)
    assert "ec2:DescribeVpcEndpoints failed (UnauthorizedOperation: no)" in result.message
