"""What one denied action does to verdicts: it leaves them alone or undetermined, and never turns them."""

from __future__ import annotations

from typing import Any

import pytest

from evidence.live import Action
from evidence.live.fields import lacking
from reachability import Verdict
from tests.evidence.account import REGION, RELAY, SES_HOST, Account
from tests.evidence.conftest import empty
from tests.evidence.front import Front
from tests.evidence.told import OWNER, Told, judge, read, without_each

REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED


@pytest.fixture(scope="module")
def readings(shared_front: Front, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Told]:
    """One account as it was without a way out, then with an endpoint, then with both, and with NAT alone."""
    with pytest.MonkeyPatch.context() as patch:
        account = Account(empty(shared_front, patch, tmp_path_factory.mktemp("aws")))
        closed = read(account)
        account.endpoint()
        endpoint = read(account)
        account.nat()
        both = read(account)
    nat = both.but(VPC_ENDPOINTS=[])
    return {"closed": closed, "endpoint": endpoint, "both": both, "nat": nat}


VERDICTS = {
    ("closed", RELAY): UNREACHABLE,
    ("closed", SES_HOST): UNREACHABLE,
    ("endpoint", RELAY): UNREACHABLE,
    ("endpoint", SES_HOST): REACHABLE,
    ("nat", RELAY): REACHABLE,
    ("nat", SES_HOST): REACHABLE,
    ("both", RELAY): REACHABLE,
    ("both", SES_HOST): REACHABLE,
}
OPEN = {
    ("closed", RELAY): {Action.ROUTE_TABLES},
    ("closed", SES_HOST): {Action.VPC_ENDPOINTS, Action.ROUTE_TABLES},
    ("endpoint", SES_HOST): {
        Action.VPCS,
        Action.VPC_ATTRIBUTE,
        Action.SUBNETS,
        Action.VPC_ENDPOINTS,
        Action.SECURITY_GROUPS,
        Action.NETWORK_ACLS,
        Action.PRIVATE_ZONES,
        Action.RESOLVER_RULE_ASSOCIATIONS,
        Action.RESOLVER_RULES,
        Action.RESOLVER_FIREWALLS,
        Action.ROUTE_TABLES,
    },
    ("nat", RELAY): {
        Action.VPCS,
        Action.VPC_ATTRIBUTE,
        Action.SUBNETS,
        Action.ROUTE_TABLES,
        Action.NAT_GATEWAYS,
        Action.INTERNET_GATEWAYS,
        Action.SECURITY_GROUPS,
        Action.NETWORK_ACLS,
        Action.PUBLIC_ACCESS,
        Action.PRIVATE_ZONES,
        Action.RESOLVER_RULE_ASSOCIATIONS,
        Action.RESOLVER_RULES,
        Action.RESOLVER_FIREWALLS,
    },
    ("nat", SES_HOST): {Action.VPC_ENDPOINTS, Action.NAT_GATEWAYS},
}


def test_no_denied_action_turns_a_verdict(readings: dict[str, Told]) -> None:
    for (name, host), verdict in VERDICTS.items():
        reading = readings[name]
        assert reading.verdict(host) is verdict, (name, host)
        found = {action: reading.verdict(host, action) for action in Action}
        assert set(found.values()) <= {verdict, UNDETERMINED}, (name, host, found)
        undetermined = {action for action, outcome in found.items() if outcome is UNDETERMINED}
        assert undetermined >= OPEN.get((name, host), set()), (name, host)


def test_an_unread_endpoint_may_lead_to_any_mail_server(readings: dict[str, Told]) -> None:
    assert judge(readings["closed"].document(), None) is UNREACHABLE
    assert judge(readings["closed"].document(Action.VPC_ENDPOINTS), None) is UNDETERMINED


def test_public_access_that_is_blocked_is_seen(readings: dict[str, Told]) -> None:
    reading = readings["nat"]
    options = {"AwsRegion": REGION, "AwsAccountId": OWNER, "InternetGatewayBlockMode": "block-bidirectional"}
    (vpc,) = reading.vpcs
    exclusion = {
        "ExclusionId": "vpcbpa-exclude-1",
        "InternetGatewayExclusionMode": "allow-egress",
        "ResourceArn": f"arn:aws:ec2:{REGION}:{OWNER}:vpc/{vpc}",
        "State": "create-complete",
    }
    blocking = reading.but(PUBLIC_ACCESS=[options])
    assert blocking.verdict(RELAY) is UNREACHABLE
    assert blocking.verdict(RELAY, Action.PUBLIC_ACCESS_EXCLUSIONS) is UNDETERMINED
    assert blocking.but(PUBLIC_ACCESS_EXCLUSIONS=[exclusion]).verdict(RELAY) is REACHABLE
    for state, verdict in (
        ("update-complete", REACHABLE),
        ("delete-complete", UNREACHABLE),
        ("create-failed", UNREACHABLE),
        ("disable-complete", UNREACHABLE),
        ("delete-in-progress", UNDETERMINED),
        ("update-failed", UNDETERMINED),
    ):
        assert (
            blocking.but(PUBLIC_ACCESS_EXCLUSIONS=[{**exclusion, "State": state}]).verdict(RELAY) is verdict
        )


def test_a_shared_vpc_is_never_read_as_a_whole(readings: dict[str, Told]) -> None:
    reading = readings["closed"]
    (vpc,) = reading.answers[Action.VPCS]
    foreign = reading.but(VPCS=[{**vpc, "OwnerId": "210987654321"}])
    assert foreign.document()["vpcs"] == []
    assert foreign.verdict(SES_HOST) is UNDETERMINED


def test_what_aws_shows_of_deleted_things_is_left_out(readings: dict[str, Told]) -> None:
    reading = readings["both"]
    (nat,), (endpoint,) = reading.answers[Action.NAT_GATEWAYS], reading.answers[Action.VPC_ENDPOINTS]
    gone = reading.but(
        NAT_GATEWAYS=[{**nat, "State": "deleted"}], VPC_ENDPOINTS=[{**endpoint, "State": "Deleted"}]
    )
    found = gone.document()
    kinds = {resource["type"].rpartition(":")[2] for resource in found["resources"]}
    assert "NatGateway" not in kinds
    assert "VpcEndpoint" not in kinds
    assert reading.but(NAT_GATEWAYS=[{**nat, "State": "failed"}]).verdict(RELAY) is UNREACHABLE


def test_a_prefix_list_is_only_shown_with_its_entries(readings: dict[str, Told]) -> None:
    reading = readings["closed"]
    shown = reading.but(
        PREFIX_LISTS=[{"PrefixListId": "pl-1", "AddressFamily": "IPv4"}],
        PREFIX_LIST_ENTRIES=[{"PrefixListId": "pl-1", "Cidr": "192.0.2.0/24"}],
    )

    def blocks(found: dict[str, Any]) -> list[Any]:
        return [
            resource["properties"]["entries"] for resource in found["resources"] if resource["id"] == "pl-1"
        ]

    assert blocks(shown.document()) == [[{"cidr": "192.0.2.0/24"}]]
    assert blocks(shown.document(Action.PREFIX_LIST_ENTRIES)) == []


NOT_IN_EVERY_ANSWER = {
    "Associations.SubnetId",  # a main table's association has none, nor has a gateway's
    "IpPermissions.ToPort",  # nor a permission for all protocols
    "Entries.CidrBlock",  # an entry for IPv6 has the other
}
"""What AWS leaves out of some answers, so that one which lacks it says something else."""


@pytest.mark.parametrize(("name", "host"), [("endpoint", SES_HOST), ("nat", RELAY)])
def test_a_missing_field_turns_no_verdict(readings: dict[str, Told], name: str, host: str) -> None:
    reading = readings[name]
    turned = set()
    for action, answers in reading.answers.items():
        for path, changed in without_each(answers):
            if any(lacking(action, answer) for answer in changed):
                continue  # it counts as unread
            if reading.but(**{action.name: changed}).verdict(host) is UNREACHABLE:
                turned.add(path)
    assert turned <= NOT_IN_EVERY_ANSWER
