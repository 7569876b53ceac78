"""`mailroute diagnose` over an account behind HTTP, and over saved ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.evidence.account import RELAY, SES_HOST, Account
from tests.evidence.conftest import ROOT, Command
from tests.evidence.front import Front

INCIDENT = ROOT / "accounts" / "prod.json"


def test_a_service_without_egress_fails_at_its_route_table(account: Account, process: Command) -> None:
    result = process("diagnose", "--service", "shop", "--to", f"{RELAY}:587", "--json")
    assert result.returncode == 1, result.stderr
    entry = json.loads(result.stdout)
    judged = {"destination", "verdict", "path", "findings", "assumptions"}
    assert set(entry) == {"service", "urn", "today", "repairs", "creation"} | judged
    assert (entry["service"], entry["verdict"]) == ("shop", "unreachable")
    assert entry["destination"] == {"host": RELAY, "port": 587}
    assert [hop["kind"] for hop in entry["path"]][-1] == "route-table"
    assert {hop["origin"] for hop in entry["path"]} == {"account"}
    assert {(finding["code"], finding["resource"]) for finding in entry["findings"]} == {
        ("NO_ROUTE_TO_DESTINATION", account.table)
    }
    assert all(finding["remedy"] for finding in entry["findings"])
    assert entry["today"] == {key: entry[key] for key in judged}


def test_a_service_behind_a_nat_gateway_is_reachable_hop_by_hop(account: Account, mailroute: Command) -> None:
    nat = account.nat()
    result = mailroute("diagnose", "--service", "shop", "--to", f"{RELAY}:587")
    assert result.returncode == 0, result.stdout + result.stderr
    kinds = [
        "workload",
        "subnet",
        "security group",
        "route table",
        "nat gateway",
        "internet gateway",
        "internet",
    ]
    places = [result.stdout.index(f" {kind} ") for kind in kinds]
    assert places == sorted(places)
    # Either subnet's path may be the one that is shown, and lines are as wide as the terminal.
    words = " ".join(result.stdout.split())
    assert any(f"{nat} translates for {subnet}" in words for subnet in account.private)


def test_a_service_behind_the_smtp_endpoint_is_reachable(account: Account, mailroute: Command) -> None:
    endpoint = account.endpoint()
    result = mailroute("diagnose", "--service", "shop", "--to", f"{SES_HOST}:587", "--json")
    assert result.returncode == 0, result.stdout + result.stderr
    assert ("vpc-endpoint", endpoint) in [
        (hop["kind"], hop["resource"]) for hop in json.loads(result.stdout)["path"]
    ]
    closed = mailroute("diagnose", "--service", "shop", "--to", f"{SES_HOST}:465", "--json")
    assert closed.returncode == 1
    assert {finding["code"] for finding in json.loads(closed.stdout)["findings"]} == {"ENI_SG_RULES_MISMATCH"}


def test_subnets_and_groups_are_judged_without_app_runner(
    account: Account, front: Front, mailroute: Command
) -> None:
    account.nat()
    front.calls.clear()
    subnets = ",".join(account.private)
    result = mailroute(
        "diagnose",
        "--subnets",
        subnets,
        "--security-groups",
        account.group,
        "--to",
        "203.0.114.9:465",
        "--json",
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert json.loads(result.stdout)["service"] == subnets
    assert not [action for action in front.calls if action.startswith("apprunner:")]


def test_a_private_zone_leads_where_its_records_say(account: Account, mailroute: Command) -> None:
    account.nat()
    zone = account.private_zone("brevo.com")
    arguments = ("diagnose", "--service", "shop", "--to", f"{RELAY}:587", "--json")
    result = mailroute(*arguments)
    assert result.returncode == 1, result.stdout + result.stderr
    (finding,) = json.loads(result.stdout)["findings"]
    assert (finding["code"], finding["resource"]) == ("NAME_WITHOUT_RECORD", zone)

    account.record(zone, "*.brevo.com", "A", "203.0.114.9")
    result = mailroute(*arguments)
    assert result.returncode == 0, result.stdout + result.stderr


def test_a_public_zone_of_the_account_may_lead_elsewhere(account: Account, mailroute: Command) -> None:
    account.nat()
    zone = account.public_zone("brevo.com")
    account.record(zone, RELAY, "A", "10.99.0.5")
    result = mailroute("diagnose", "--service", "shop", "--to", f"{RELAY}:587", "--json")
    assert result.returncode == 4, result.stdout + result.stderr
    (finding,) = json.loads(result.stdout)["findings"]
    assert finding["code"] == "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS"


def test_records_that_may_not_be_read_leave_the_name_open(
    account: Account, front: Front, mailroute: Command
) -> None:
    account.nat()
    account.private_zone("brevo.com")
    front.denied.add("route53:ListResourceRecordSets")
    result = mailroute("diagnose", "--service", "shop", "--to", f"{RELAY}:587", "--json")
    assert result.returncode == 4, result.stdout + result.stderr
    assert "NAME_SHADOWED" in {finding["code"] for finding in json.loads(result.stdout)["findings"]}


@pytest.mark.parametrize(
    ("denied", "code"),
    [
        ("ec2:DescribeNatGateways", "NAT_GATEWAY_NOT_READ"),
        ("route53:ListHostedZonesByVPC", "NAMES_NOT_READ"),
        ("apprunner:DescribeVpcConnector", "CONNECTOR_NOT_READ"),
    ],
)
def test_a_denied_read_is_named_and_leaves_it_undetermined(
    account: Account, front: Front, mailroute: Command, denied: str, code: str
) -> None:
    account.nat()
    front.denied.add(denied)
    result = mailroute("diagnose", "--service", "shop", "--to", f"{RELAY}:587", "--json")
    assert result.returncode == 4, result.stdout + result.stderr
    findings = {finding["code"]: finding for finding in json.loads(result.stdout)["findings"]}
    assert code in findings
    assert denied in findings["NOT_READ"]["message"]
    assert "mailroute iam-policy" in findings["NOT_READ"]["remedy"]


def test_a_saved_account_needs_no_aws(process: Command, front: Front) -> None:
    result = process(
        "diagnose", "--service", "daadaar-backend", "--to", f"{RELAY}:587", "--evidence", INCIDENT
    )
    assert (result.returncode, result.stderr) == (1, "")
    assert not front.calls
    assert "123456789012 in us-east-1, saved 2026-01-05T09:00:00Z" in result.stdout
    assert "NO_ROUTE_TO_DESTINATION" in result.stdout
    assert "↳" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "'--to'"),
        (("--to", f"{RELAY}:587"), "name either"),
        (("--service", "shop", "--subnets", "subnet-1", "--to", f"{RELAY}:587"), "name either"),
        (("--service", "shop", "--security-groups", "sg-1", "--to", f"{RELAY}:587"), "name either"),
        (("--service", "shop", "--to", RELAY), "give a host and a port"),
        (("--service", "shop", "--to", ":587"), "give a host and a port"),
        (("--service", "shop", "--to", f"{RELAY}:0"), "'0' is not a number from 1 to 65535"),
        (("--service", "shop", "--to", f"smtp://{RELAY}:587"), "leave out the scheme"),
        (("--service", "shop", "--to", f"{RELAY}:65536"), "'65536' is not a number"),
        (("--service", "shop", "--to", f"{RELAY}:smtp"), "'smtp' is not a number"),
        (("--service", "shop", "--to", f"{RELAY}:٥٨٧"), "is not a number"),
        (("--service", "shop", "--to", "2001:db8::1:587"), "in brackets"),
        (("--service", "shop", "--to", "[2001:db8::zz]:587"), "2001:db8::zz"),
        (("--service", "shop", "--to", "[fe80::1%eth0]:587"), "one machine"),
        (("--service", "shop", "--to", "300.1.1.1:587"), "neither a host name nor an IPv4 address"),
        (("--service", "shop", "--to", "a host:587"), "neither a host name"),
        (("--subnets", "vpc-1", "--to", f"{RELAY}:587"), "'vpc-1' is not an id such as subnet-"),
        (("--subnets", ",", "--to", f"{RELAY}:587"), "give at least one id"),
        (("--service", "shop", "--to", f"{RELAY}:587"), "there are daadaar-backend"),
        (("--service", "shop", "--to", f"{RELAY}:587", "--region", "eu-west-1"), "leave out --region"),
        (("--subnets", "subnet-1", "--to", f"{RELAY}:587"), "subnet-1: not found in us-east-1"),
    ],
)
def test_a_wrong_argument_is_one_line(mailroute: Command, arguments: tuple[str, ...], says: str) -> None:
    assert says in _fails(mailroute, "diagnose", *arguments, "--evidence", INCIDENT)


def test_an_ipv6_address_in_brackets_is_a_host(mailroute: Command) -> None:
    arguments = ("--to", "[2001:DB8::1]:465", "--evidence", INCIDENT, "--json")
    result = mailroute("diagnose", "--service", "daadaar-backend", *arguments)
    assert result.returncode == 1  # no subnet of the connector has IPv6
    assert json.loads(result.stdout)["destination"] == {"host": "2001:db8::1", "port": 465}


def _fails(mailroute: Command, *arguments: str | Path) -> str:
    """The one line of a command that fails with exit status 2."""
    result = mailroute(*arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1
    assert "Traceback" not in result.stderr
    return result.stderr


def test_no_access_is_one_line_that_says_what_to_do(
    account: Account, front: Front, mailroute: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = ("diagnose", "--service", "shop", "--to", f"{RELAY}:587")
    subnets = ("diagnose", "--subnets", ",".join(account.private), "--to", f"{RELAY}:587")

    front.denied.add("apprunner:ListServices")
    assert "apprunner:ListServices: AccessDeniedException" in _fails(mailroute, *shop)

    front.denied = {"ec2:DescribeSubnets"}
    line = _fails(mailroute, *subnets)
    assert "ec2:DescribeSubnets (UnauthorizedOperation: no)" in line
    assert "mailroute iam-policy" in line

    front.denied = {"sts:GetCallerIdentity"}
    assert "AWS refuses the credentials (AccessDenied: no)" in _fails(mailroute, *subnets)

    front.denied = set()
    assert (
        "no App Runner service, ECS service or Lambda function 'store' in us-east-1; App Runner has shop"
        in _fails(mailroute, "diagnose", "--service", "store", "--to", f"{RELAY}:587")
    )
    gone = front.app_runner.services[0]["ServiceArn"].replace("shop", "gone")
    assert f"or Lambda function {gone!r}" in _fails(
        mailroute, "diagnose", "--service", gone, "--to", f"{RELAY}:587"
    )
    assert "subnet-0123456789abcdef0: not found in us-east-1 of account 123456789012" in _fails(
        mailroute, "diagnose", "--subnets", "subnet-0123456789abcdef0", "--to", f"{RELAY}:587"
    )

    monkeypatch.setenv("AWS_PROFILE", "nowhere")
    assert "nowhere" in _fails(mailroute, *subnets)
    monkeypatch.delenv("AWS_PROFILE")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    assert "AWS cannot be reached" in _fails(mailroute, *subnets)
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert "Partial credentials" in _fails(mailroute, *subnets)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    assert "no AWS credentials: set AWS_PROFILE" in _fails(mailroute, *subnets)
    monkeypatch.delenv("AWS_REGION")
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    assert "no AWS region: give --region" in _fails(mailroute, *subnets)
