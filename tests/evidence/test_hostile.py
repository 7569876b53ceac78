"""An AWS that refuses, throttles, forgets and expires: no verdict is wrong, and what failed is named."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from evidence.live import READING, Action
from tests.evidence.account import RELAY, Account
from tests.evidence.conftest import Command, empty, in_process
from tests.evidence.front import Front

pytestmark = pytest.mark.hostile("AWS faults")

TO = ("--to", f"{RELAY}:587", "--json")
REACHABLE, UNREACHABLE, FAILED, UNDETERMINED = 0, 1, 2, 4

SERVICES = {"apprunner": "shop", "ecs": "jobs/worker", "lambda": "mailer"}
"""The service to ask about, by what finds it."""
UNAFFECTED = {
    Action.ADDRESSES,
    Action.AVAILABILITY_ZONES,
    Action.ECS_TASK_DEFINITION,
    Action.EGRESS_ONLY_GATEWAYS,
    Action.ENDPOINT_SERVICES,
    Action.PEERING_CONNECTIONS,
    Action.PREFIX_LISTS,
    Action.PREFIX_LIST_ENTRIES,
    Action.ZONE_RECORDS,
    Action.PUBLIC_ACCESS_EXCLUSIONS,
    Action.VPC_ENDPOINTS,
}
"""What the way to a relay by a NAT gateway does not depend on."""
CALLED = [action for action in Action if action.service != "network-firewall" and action in READING]
"""Firewalls, which no route of this account leads to, have tests of their own."""
NEEDED = {
    Action.SERVICES,
    Action.SERVICE,
    Action.ECS_SERVICES,
    Action.ECS_EXPRESS_SERVICE,
    Action.FUNCTION,
}
"""What tells of a service itself: without it there is nothing to judge."""


@pytest.fixture(scope="module")
def crowded(shared_front: Front, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """Centralised egress for a service of each kind, and one of each thing that has a call of its own."""
    with pytest.MonkeyPatch.context() as patch:
        account = Account(empty(shared_front, patch, tmp_path_factory.mktemp("aws")))
        account.hub()
        account.function("mailer")
        account.ecs_service("worker", "jobs")
        account.express_service("web")
        account.prefix_list("10.99.0.0/16")
        account.resolvers("10.20.0.2")
        account.forwards("corp.example.com")
        account.public_zone("example.com")
        yield account


@pytest.fixture
def refusing(crowded: Account) -> Iterator[Front]:
    """The front of the crowded account, which does again what it is asked to after the test."""
    front = crowded.front
    front.calls.clear()
    yield front
    front.denied, front.broken, front.faults = set(), set(), {}
    front.throttled.clear()
    front.expires_after = None


@pytest.fixture
def mailroute(refusing: Front, capsys: pytest.CaptureFixture[str]) -> Command:
    return in_process(capsys)


@pytest.mark.parametrize("action", CALLED, ids=lambda action: action.permission)
def test_one_denied_action_turns_no_verdict_and_is_named(
    crowded: Account, refusing: Front, mailroute: Command, action: Action
) -> None:
    service = SERVICES.get(action.service, "shop")
    if action is Action.ECS_EXPRESS_SERVICE:
        service = "web"
    refusing.denied = {action.permission}
    result = mailroute("diagnose", "--service", service, *TO)
    if action.permission not in refusing.calls:
        result = mailroute("snapshot", "--vpc", crowded.vpc, "-o", "-")
        assert result.returncode == 0
        assert f"not read: {action.permission}: " in result.stderr
    elif action in NEEDED:
        assert (result.returncode, result.stdout, result.stderr.count("\n")) == (FAILED, "", 1)
        assert f"{action.permission}: " in result.stderr
        assert "mailroute iam-policy" in result.stderr
    elif action in UNAFFECTED:
        assert result.returncode == REACHABLE, result.stdout + result.stderr
    else:
        assert result.returncode == UNDETERMINED, result.stdout + result.stderr
        named = [finding["message"] for finding in json.loads(result.stdout)["findings"]]
        assert any(message.startswith(f"{action.permission} failed (") for message in named), named


@pytest.mark.parametrize(
    "action", ["ec2:SearchTransitGatewayRoutes", "ecs:DescribeServices", "apprunner:DescribeService"]
)
def test_throttled_calls_are_made_again(
    refusing: Front, mailroute: Command, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "3")
    refusing.throttled[action] = 2
    service = SERVICES.get(action.partition(":")[0], "shop")
    assert mailroute("diagnose", "--service", service, *TO).returncode == REACHABLE
    assert refusing.throttled[action] == 0


@pytest.mark.parametrize(
    ("action", "code", "service", "status"),
    [
        (Action.CONNECTOR, "ResourceNotFoundException", "shop", UNDETERMINED),
        (Action.SERVICE, "ResourceNotFoundException", "shop", FAILED),
        (Action.ECS_TASK_DEFINITION, "ClientException", "jobs/worker", REACHABLE),
        (Action.ECS_SERVICES, "ClusterNotFoundException", "jobs/worker", FAILED),
        (Action.FUNCTION, "ValidationException", "shop", REACHABLE),
        (Action.VPC_ATTRIBUTE, "InvalidVpcID.NotFound", "shop", UNDETERMINED),
        (Action.TRANSIT_ROUTES, "InvalidRouteTableID.NotFound", "shop", UNDETERMINED),
        (Action.PREFIX_LIST_ENTRIES, "InvalidPrefixListID.NotFound", "shop", REACHABLE),
    ],
)
def test_what_is_deleted_between_two_calls_is_not_there(
    refusing: Front, mailroute: Command, action: Action, code: str, service: str, status: int
) -> None:
    refusing.faults = {action.permission: code}
    result = mailroute("diagnose", "--service", service, *TO)
    assert result.returncode == status, result.stdout + result.stderr
    assert result.stderr.count("\n") == (status == FAILED)


@pytest.mark.parametrize("after", [0, 1, 2, 20])
def test_credentials_that_expire_are_one_line(refusing: Front, mailroute: Command, after: int) -> None:
    refusing.expires_after = after
    result = mailroute("diagnose", "--service", "shop", *TO)
    assert (result.returncode, result.stdout) == (FAILED, "")
    assert result.stderr == (
        "mailroute: error: AWS refuses the credentials (ExpiredToken: no): "
        "renew them, as with 'aws sso login'\n"
    )
