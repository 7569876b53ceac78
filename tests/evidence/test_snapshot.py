"""`mailroute snapshot`: what it saves, and that what it saves is what `diagnose` reads."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from evidence import load
from mailroute.rehearsal.account import Account as SimulatedAccount
from tests.evidence.account import RELAY, SES_HOST, Account
from tests.evidence.conftest import Command
from tests.evidence.front import Front

EACH_VPC = {
    "ec2:DescribeVpcAttribute": 2,
    "route53:ListHostedZonesByVPC": 1,
    "route53resolver:ListFirewallRuleGroupAssociations": 1,
}
"""The calls that one more VPC costs."""
ONCE_AGAIN = (
    "ec2:DescribeVpcs",
    "ec2:DescribeSubnets",
    "ec2:DescribeRouteTables",
    "ec2:DescribeInternetGateways",
    "ec2:DescribeNatGateways",
    "ec2:DescribeVpcEndpoints",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeNetworkAcls",
    "route53resolver:ListResolverRuleAssociations",
)
"""What is asked a second time, for all the VPCs together that the first ones lead to."""


def resources_of(document: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    return {
        resource["id"]: resource["properties"]
        for resource in document["resources"]
        if resource["type"].endswith(f":{kind}")
    }


def test_a_snapshot_says_what_the_live_account_says(
    account: Account, process: Command, mailroute: Command, tmp_path: Path
) -> None:
    account.nat()
    account.endpoint()
    file = tmp_path / "account.json"
    result = process("snapshot", "--vpc", account.vpc, "-o", file)
    assert (result.returncode, result.stdout) == (0, "")
    assert "  ec2:DescribeSubnets: 3\n" in result.stderr
    assert f"resources of {account.vpc}\n" in result.stderr

    document = load(file)  # holds by the schema
    assert document["vpcs"] == [account.vpc]
    assert document["unread"] == []
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", document["takenAt"])
    assert file.read_text() == json.dumps(document, indent=2, sort_keys=True) + "\n"
    identities = [(resource["type"], resource["id"]) for resource in document["resources"]]
    assert identities == sorted(identities)
    assert SimulatedAccount.load(file, "us-east-1").id == "123456789012"
    assert list(tmp_path.iterdir()) == [file]

    for host in (RELAY, SES_HOST):
        arguments = ("diagnose", "--service", "shop", "--to", f"{host}:587", "--json")
        saved = mailroute(*arguments, "--evidence", file)
        assert saved == mailroute(*arguments)
        assert saved.returncode == 0


def test_a_snapshot_of_a_service_holds_its_vpc(account: Account, mailroute: Command, tmp_path: Path) -> None:
    file = tmp_path / "account.json"
    result = mailroute("snapshot", "--service", "shop", "-o", file)
    assert result.returncode == 0, result.stderr
    document = load(file)
    assert (document["vpcs"], document["unread"]) == ([account.vpc], [])
    diagnosed = mailroute(
        "diagnose", "--service", "shop", "--to", f"{RELAY}:587", "--evidence", file, "--json"
    )
    assert json.loads(diagnosed.stdout)["findings"][0]["resource"] == account.table
    missing = mailroute("snapshot", "--service", "none", "-o", file)
    assert (missing.returncode, "none" in missing.stderr) == (2, True)


def test_a_snapshot_holds_no_secret_and_only_what_is_in_its_vpcs(
    account: Account, front: Front, mailroute: Command
) -> None:
    elsewhere = Account(front)
    front.app_runner.services[-1]["ServiceName"] = "elsewhere"
    account.service("public", None)
    account.service("code", account.connector, MAIL_HOST="mail.example.com")
    source = front.app_runner.services[-1]["SourceConfiguration"]
    values = source.pop("ImageRepository")["ImageConfiguration"]
    source["CodeRepository"] = {
        "RepositoryUrl": "https://git.example.com/shop",
        "SourceCodeVersion": {"Type": "BRANCH", "Value": "main"},
        "CodeConfiguration": {
            "ConfigurationSource": "API",
            "CodeConfigurationValues": {
                "Runtime": "PYTHON_3",
                "StartCommand": "serve --token=hunter2",
                **values,
            },
        },
    }
    front.app_runner.connectors[-1]["VpcConnectorArn"] += "1"
    front.app_runner.services[1]["NetworkConfiguration"]["EgressConfiguration"]["VpcConnectorArn"] += "1"

    result = mailroute("snapshot", "--vpc", account.vpc, "-o", "-", "--keep-variable", "MAIL_HOST")
    assert result.returncode == 0, result.stderr
    document = json.loads(result.stdout)
    assert "hunter2" not in result.stdout
    services = {
        properties["serviceName"]: properties for properties in resources_of(document, "Service").values()
    }
    assert set(services) == {"shop", "code"}
    code = services["code"]["sourceConfiguration"]["codeRepository"]["codeConfiguration"]
    assert code["codeConfigurationValues"] == {
        "runtimeEnvironmentVariables": {
            "SMTP_HOST": None,
            "SMTP_PORT": None,
            "SMTP_PASS": None,
            "MAIL_HOST": "mail.example.com",
        },
        "runtimeEnvironmentSecrets": {"DB": "arn:aws:secretsmanager:us-east-1:123456789012:secret:db"},
        "runtime": "PYTHON_3",
        "startCommand": None,
    }
    assert list(resources_of(document, "VpcConnector")) == [account.connector]
    assert elsewhere.vpc not in result.stdout


def test_several_vpcs_are_one_snapshot(account: Account, front: Front, mailroute: Command) -> None:
    other = Account(front)
    result = mailroute("snapshot", "--vpc", f"{account.vpc}, {other.vpc}", "-o", "-")
    assert result.returncode == 0, result.stderr
    document = json.loads(result.stdout)
    assert document["vpcs"] == sorted([account.vpc, other.vpc])
    assert set(resources_of(document, "Subnet")) == {*account.private, *other.private}


def test_what_may_not_be_read_is_named_in_the_file(
    account: Account, front: Front, mailroute: Command, tmp_path: Path
) -> None:
    account.nat()
    front.denied = {"ec2:DescribeNatGateways", "apprunner:ListServices", "route53:ListHostedZonesByVPC"}
    front.broken = {"ec2:DescribeAvailabilityZones"}
    file = tmp_path / "part.json"
    result = mailroute("snapshot", "--vpc", account.vpc, "-o", file)
    assert result.returncode == 0
    assert "not read: ec2:DescribeNatGateways: UnauthorizedOperation: no\n" in result.stderr
    document = load(file)
    assert [failure["action"] for failure in document["unread"]] == [
        "apprunner:ListServices",
        "ec2:DescribeAvailabilityZones",
        "ec2:DescribeNatGateways",
        "route53:ListHostedZonesByVPC",
    ]
    assert document["vpcs"] == [account.vpc]
    assert not resources_of(document, "NatGateway")
    subnets = ",".join(account.private)
    judged = mailroute("diagnose", "--subnets", subnets, "--to", f"{RELAY}:587", "--evidence", file)
    assert judged.returncode == 4


def test_nothing_is_written_where_nothing_can_be_read(
    account: Account, front: Front, mailroute: Command, tmp_path: Path
) -> None:
    file = tmp_path / "account.json"
    file.write_text("before")
    missing = "vpc-0123456789abcdef0"
    for denied, vpcs, says in (
        (set(), f"{account.vpc},{missing}", f"{missing}: no such VPC in us-east-1 of account 123456789012"),
        (
            {"ec2:DescribeVpcs", "ec2:DescribeSubnets"},
            account.vpc,
            "ec2:DescribeSubnets (UnauthorizedOperation: no)",
        ),
    ):
        front.denied = denied
        result = mailroute("snapshot", "--vpc", vpcs, "-o", file)
        assert (result.returncode, result.stdout) == (2, "")
        assert says in result.stderr.splitlines()[-1]
        assert [path.read_text() for path in tmp_path.iterdir()] == ["before"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("-o", "-"), "name either the --vpc, or the --service whose VPC is meant"),
        (("--vpc", "vpc-1", "--service", "a", "-o", "-"), "name either the --vpc, or the --service"),
        (("--vpc", "subnet-1", "-o", "-"), "'subnet-1' is not an id such as vpc-"),
        (("--vpc", "vpc-1"), "'--output'"),
        (("--vpc", "vpc-1", "-o", "."), "is a directory"),
        (("--vpc", "vpc-1", "-o", "nowhere/account.json"), "nowhere' cannot be written to"),
    ],
)
def test_a_wrong_argument_is_one_line(
    front: Front, mailroute: Command, arguments: tuple[str, ...], says: str
) -> None:
    result = mailroute("snapshot", *arguments)
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert says in result.stderr
    assert not front.calls


def test_calls_grow_with_the_vpcs_and_not_with_what_is_in_them(
    account: Account, front: Front, mailroute: Command
) -> None:
    def calls(*vpcs: str) -> Counter[str]:
        front.calls.clear()
        assert mailroute("snapshot", "--vpc", ",".join(vpcs), "-o", "-").returncode == 0
        return Counter(front.calls)

    few = calls(account.vpc)
    for number in range(12):
        account.route_table(account.subnet(f"10.20.{10 + number}.0/24", "us-east-1a"))
        account.security_group(f"group-{number}")
    assert calls(account.vpc) == few
    more = calls(account.vpc, Account(front).vpc)
    assert more - few == Counter({**EACH_VPC, "apprunner:DescribeService": 1})


def test_calls_grow_with_transit_routes_not_with_attachments(
    account: Account, front: Front, mailroute: Command
) -> None:
    def calls() -> Counter[str]:
        front.calls.clear()
        assert mailroute("snapshot", "--vpc", account.vpc, "-o", "-").returncode == 0
        return Counter(front.calls)

    alone = calls()
    hub = account.hub()
    attached = calls()
    # One more VPC, and three tables: the gateway's own and two of the hub's.
    assert attached - alone == Counter(
        {
            **EACH_VPC,
            "ec2:DescribeTransitGatewayVpcAttachments": 1,
            "ec2:DescribeTransitGateways": 1,
            "ec2:DescribeTransitGatewayRouteTables": 1,
            "ec2:GetTransitGatewayRouteTableAssociations": 3,
            "ec2:GetTransitGatewayRouteTablePropagations": 3,
            "ec2:SearchTransitGatewayRoutes": 3,
            "ec2:DescribeAddresses": 1,
            **dict.fromkeys(ONCE_AGAIN, 1),
            "ec2:DescribeVpcPeeringConnections": 2,
        }
    )
    for number in range(3):
        vpc = account.new_vpc(f"10.{60 + number}.0.0/16")
        spoke = hub.attach(
            vpc, [account.subnet(f"10.{60 + number}.1.0/24", "us-east-1a", vpc)], hub.tables[0]
        )
        hub.propagate(spoke, hub.tables[1])
    assert calls() == attached


def test_a_service_costs_few_calls(account: Account, front: Front, mailroute: Command) -> None:
    def calls() -> Counter[str]:
        front.calls.clear()
        assert mailroute("snapshot", "--vpc", account.vpc, "-o", "-").returncode == 0
        return Counter(front.calls)

    account.ecs_service("worker-0")
    few = calls()
    for number in range(1, 8):
        account.ecs_service(f"worker-{number}")
        account.function(f"mailer-{number}")
    assert calls() - few == Counter({"ecs:DescribeTaskDefinition": 7})
