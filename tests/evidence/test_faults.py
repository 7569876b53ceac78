"""Each action with each fault over HTTP: no verdict that the answer could have changed, and one clear end.

What an answer could have changed is seen by other answers to the same action, at full evidence: where they
come to other verdicts, a fault leaves it undetermined, or there is nothing to judge.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from subprocess import PIPE
from typing import Any, Final

import boto3
import pytest

from evidence import live
from evidence.live import Action, Api, api, connect, pages, transport
from evidence.live.request import Request
from evidence.live.shapes import Answer
from evidence.live.values import VALUES
from tests.evidence.account import REGION, Account
from tests.evidence.conftest import Command, Result, empty, in_process
from tests.evidence.faulty import (
    ELSEWHERE,
    FAULTS,
    TOO_LARGE,
    Fault,
    Faulty,
    cut_once,
    endless,
    error,
    stalled,
    token_of,
)
from tests.evidence.front import MODELS, Front
from tests.evidence.questions import ACCOUNTS, Case, edited, nothing, otherwise, record
from tests.evidence.test_missing_fields import Pages, key
from tests.evidence.told import without_each

pytestmark = pytest.mark.hostile("AWS faults")

REACHABLE, UNREACHABLE, WRONG, UNDETERMINED = 0, 1, 2, 4
IDENTITY: Final = "sts:GetCallerIdentity"
PAGED: Final = ("pages in a circle", "endless pages")
MOST_PAGES: Final = 3
PATIENCE: Final = 20
"""How many seconds an answer may keep silent."""
Known = dict[Action, tuple[Case, frozenset[int]]]
"""A question that each action matters to, and what its answers may make of it."""


class Matrix:
    """Questions about accounts that were recorded once, and what comes of them where an action goes wrong."""

    def __init__(
        self, run: Command, faulty: Faulty, cases: list[Case], known: Known, patch: pytest.MonkeyPatch
    ) -> None:
        self._run = run
        self._faulty = faulty
        self._cases = cases
        self._known = known
        self._patch = patch
        self._apis: dict[tuple[str, float], Api] = {}

    def judge(self, case: Case, given: Pages) -> int:
        """The exit status of `diagnose` where all that is read is `given`."""
        return self._ask(case, "", lambda _, request: iter(given.get(key(request), ()))).returncode

    def ask(self, case: Case, action: str, fault: Fault, patience: float = PATIENCE) -> Result:
        """What `diagnose` says where every answer is as recorded but those to `action`, over HTTP."""

        def answered(client: Any, request: Request) -> Iterator[Answer]:
            if request.action.permission == action:
                return pages.pages(client, request)
            return iter(case.pages.get(key(request), ()))

        self._faulty.fault = fault
        return self._ask(case, action, answered, patience)

    def _ask(self, case: Case, action: str, answered: Any, patience: float = PATIENCE) -> Result:
        self._faulty.replies, self._faulty.action = case.replies, action
        prefix = action.partition(":")[0]
        service = MODELS.get(prefix, prefix)
        with self._patch.context() as patch:
            patch.setattr(api, "pages", answered)
            patch.setattr(live, "connect", lambda *_, **__: self._api(service, patience))
            return self._run(*case.arguments)

    def _api(self, service: str, patience: float) -> Api:
        """An account of which one service is asked; most of what a run costs is making clients."""
        if (service, patience) not in self._apis:
            with self._patch.context() as patch:
                patch.setattr(api, "_READ_TIMEOUT", patience)
                made = self._apis[service, patience] = Api(Session(service), REGION)
                made._client(service or "sts")  # with the patience that holds now
        found = self._apis[service, patience]
        found.unread.clear()
        return found

    def case_of(self, action: Action) -> tuple[Case, frozenset[int]]:
        """A question that `action` matters to, and what answers to `action` may make of it."""
        if action not in self._known:
            self._known[action] = self._find(action)
        return self._known[action]

    def _find(self, action: Action) -> tuple[Case, frozenset[int]]:
        found = []
        for case in self._cases:
            if any(called is action for called, _ in case.pages):
                others = [case.with_other(action, one) for one in otherwise(action, case.vpc)]
                found.append((case, frozenset(self.judge(case, one) for one in (case.pages, *others))))
                if len(found[-1][1]) > 1:
                    return found[-1]
        return found[0]


class Session:
    """A session that makes the clients of one service alone: those of others are never asked."""

    def __init__(self, service: str) -> None:
        self._used = ("sts", service)
        self._real = boto3.Session()

    def client(self, service: str, **given: Any) -> Any:
        return self._real.client(service, **given) if service in self._used else _unused()

    def get_available_regions(self, _: str) -> list[str]:
        return [REGION]


@cache
def _unused() -> Any:
    return boto3.client("sts", REGION)


@pytest.fixture(scope="module")
def recorded(shared_front: Front, tmp_path_factory: pytest.TempPathFactory) -> list[Case]:
    """Questions about four accounts."""
    found = []
    for questions in ACCOUNTS:
        with pytest.MonkeyPatch.context() as patch:
            account = Account(empty(shared_front, patch, tmp_path_factory.mktemp("aws")))
            found += [record(account, arguments, read) for arguments, read in questions(account)]
    return found


@pytest.fixture(scope="module")
def faulty() -> Iterator[Faulty]:
    server = Faulty()
    yield server
    server.close()


@pytest.fixture(scope="module")
def known() -> Known:
    """What has been found of each action."""
    return {}


@pytest.fixture
def matrix(
    recorded: list[Case],
    known: Known,
    faulty: Faulty,
    front: Front,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Matrix:
    monkeypatch.setenv("AWS_ENDPOINT_URL", faulty.url)
    monkeypatch.setattr(pages, "MOST_PAGES", MOST_PAGES)
    monkeypatch.setattr(transport, "LARGEST_ANSWER", TOO_LARGE)
    return Matrix(in_process(capsys), faulty, recorded, known, monkeypatch)


@pytest.mark.parametrize("name", FAULTS)
def test_no_fault_turns_a_verdict(matrix: Matrix, record_property: Any, name: str) -> None:
    counts: Counter[str] = Counter()
    for action in Action:
        if name not in PAGED or token_of(action.permission) is not None:
            case, possible = matrix.case_of(action)
            result = matrix.ask(case, action.permission, FAULTS[name], 0.2 if name == "hanging" else PATIENCE)
            counts["total"] += 1
            counts[_outcome(name, action, case, possible, result)] += 1
    record_property("measured", {"faults of calls that read an account": dict(counts)})


def _outcome(name: str, action: Action, case: Case, possible: frozenset[int], result: Result) -> str:
    """What the fault `name` of `action` came to: nothing but this may."""
    where = (name, action.permission, possible, result)
    if result.returncode == WRONG:
        assert (result.stdout, result.stderr.count("\n")) == ("", 1), where
        assert action.permission in result.stderr, where
        return "one line"
    if case.arguments[0] == "adopt":
        assert result.returncode == REACHABLE, where
        if action is Action.WEB_ACL and name != "of another region":
            assert "\nnot adopted: webAclArn: AWS WAF shows none: " in result.stderr, where
            return "named beside the files"
        assert name == "of another region", where
        assert ELSEWHERE not in str(result), where
        return "tells of no region"
    document = json.loads(result.stdout)
    if "unread" in document:
        named = {one["action"] for one in document["unread"]}
        assert result.returncode == 0, where
        assert action.permission in named or name == "of another region", where
        return "named in the file"
    assert result.stderr == "", where
    if result.returncode == UNDETERMINED:
        assert f"{action.permission} failed (" in json.dumps(document["findings"]), where
        return "undetermined"
    if name == "of another region" and ELSEWHERE not in str(result):
        return "tells of no region"
    assert (result.returncode, possible) == (REACHABLE, frozenset({REACHABLE})), where
    return "does not matter"


@pytest.mark.parametrize("name", [name for name in FAULTS if name not in PAGED])
def test_credentials_that_cannot_be_checked_are_one_line(matrix: Matrix, name: str) -> None:
    result = matrix.ask(matrix.case_of(Action.VPCS)[0], IDENTITY, FAULTS[name], 0.2)
    if name == "of another region":
        assert result.returncode == REACHABLE  # it tells of none
        return
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (WRONG, "", 1)
    said = "AWS refuses the credentials (" if name == "denied" else f"AWS cannot be reached: {IDENTITY}: "
    assert result.stderr.startswith(f"mailroute: error: {said}")


LEFT_OUT: Final = {(Action.FIREWALL_POLICY, "FirewallPolicy.StatefulRuleGroupReferences")}
"""What an answer of AWS's may lack, and then says that there is none."""
_STATUSES: Final = {
    REACHABLE: "does not matter",
    UNREACHABLE: "none",
    WRONG: "one line",
    UNDETERMINED: "undetermined",
}


def test_no_missing_field_makes_a_path_dead(
    matrix: Matrix, recorded: list[Case], record_property: Any
) -> None:
    found: dict[tuple[Action, str], int] = {}
    for case in reversed([case for case in recorded if case.arguments[0] == "diagnose"]):
        for call, answers in case.pages.items():
            for path, changed in without_each(answers):
                if (call[0], path) not in found and not path.endswith("Tags"):
                    found[call[0], path] = matrix.judge(case, {**case.pages, call: changed})
    assert {place for place, status in found.items() if status == UNREACHABLE} == LEFT_OUT
    counts = Counter(_STATUSES[status] for status in found.values())
    record_property("measured", {"missing fields of answers": {"total": len(found), **counts}})


def _all_egress(**rule: Any) -> Callable[[Answer], None]:
    """Groups that let out what `rule` says and nothing else, but for the VPC's default one."""
    lists: Answer = {name: [] for name in ("Ipv6Ranges", "PrefixListIds", "UserIdGroupPairs")}
    given = [{**lists, "IpRanges": [{"CidrIp": "0.0.0.0/0"}], **rule}] if rule else []

    def change(group: Any) -> None:
        if rule or group["GroupName"] != "default":
            group["IpPermissionsEgress"] = given

    return change


def _denied(acl: Any) -> None:
    ports = {"CidrBlock": "0.0.0.0/0", "PortRange": {"From": 587, "To": 587}}
    for egress in (True, False):
        rule = {"RuleNumber": 1, "Egress": egress, "RuleAction": "deny", "Protocol": "6", **ports}
        acl["Entries"].insert(0, rule)


def _set(**fields: Any) -> Callable[[Any], None]:
    return lambda part: part.update(fields)


_CLOSED: Final = (Action.SECURITY_GROUPS, "", _all_egress())
_NARROW: Final = (Action.SECURITY_GROUPS, "", _all_egress(IpProtocol="tcp", FromPort=600, ToPort=700))
_NETWORK: Final = "networkConfiguration.awsvpcConfiguration"
_EXPRESS: Final = "activeConfigurations.networkConfiguration"
DEAD: Final = {
    "a private NAT gateway": (
        "shop",
        (Action.NAT_GATEWAYS, "", _set(ConnectivityType="private")),
        (Action.NAT_GATEWAYS, "", "ConnectivityType"),
    ),
    "a blackhole": (
        "shop",
        (Action.ROUTE_TABLES, "Routes", _set(State="blackhole")),
        (Action.ROUTE_TABLES, "Routes", "State"),
    ),
    "an ACL": ("shop", (Action.NETWORK_ACLS, "", _denied), (Action.NETWORK_ACLS, "Entries", "PortRange")),
    "an ACL's last port": (
        "shop",
        (Action.NETWORK_ACLS, "", _denied),
        (Action.NETWORK_ACLS, "Entries.PortRange", "To"),
    ),
    "a group's ports": ("shop", _NARROW, (Action.SECURITY_GROUPS, "IpPermissionsEgress", "FromPort")),
    "a connector's group": ("shop", _CLOSED, (Action.CONNECTOR, "", "SecurityGroups")),
    "an ECS service's group": (
        "jobs/worker",
        _CLOSED,
        (Action.ECS_SERVICES, _NETWORK, "securityGroups"),
    ),
    "an Express Mode service's group": (
        "web",
        _CLOSED,
        (Action.ECS_EXPRESS_SERVICE, _EXPRESS, "securityGroups"),
    ),
    "a function's group": ("mailer", _CLOSED, (Action.FUNCTION, "VpcConfig", "SecurityGroupIds")),
    "a function's subnets": ("mailer", _CLOSED, (Action.FUNCTION, "VpcConfig", "SubnetIds")),
}
"""A service, what makes its path dead, and where the answers then lack the field that says so."""


@pytest.mark.parametrize("name", DEAD)
def test_no_missing_field_makes_a_dead_path_live(matrix: Matrix, recorded: list[Case], name: str) -> None:
    service, (changed, place, change), (action, at, field) = DEAD[name]
    case = next(case for case in recorded if case.arguments[2] == service)
    dead = case.but(changed, edited(place, change))
    assert matrix.judge(dead, dead.pages) == UNREACHABLE
    missing = dead.but(action, edited(at, lambda part: part.pop(field, None)))
    assert matrix.judge(missing, missing.pages) in (WRONG, UNDETERMINED)


@pytest.mark.parametrize("value", ["later", "999.0.0.0/33"])
def test_an_unknown_value_decides_nothing(matrix: Matrix, recorded: list[Case], value: str) -> None:
    for case in [case for case in recorded if case.arguments[0] == "diagnose"]:
        for action, path in [(action, path) for action, paths in VALUES.items() for path in paths]:
            at, _, field = path.rpartition(".")
            changed = case.with_other(action, edited(at, _replace(field, value)))
            if changed != case.pages:
                assert matrix.judge(case, changed) in (REACHABLE, WRONG, UNDETERMINED), (case.arguments, path)


def _replace(field: str, value: str) -> Callable[[Any], None]:
    def change(part: Any) -> None:
        if field in part:
            part[field] = value

    return change


UNKNOWN_OPERATION: Final = (
    error("InvalidAction", 400),
    error("UnsupportedOperation", 400),
    error("UnknownOperationException", 404),
    error("InternalFailure", 501),
)


def test_an_unknown_operation_is_a_feature_that_is_not_there(matrix: Matrix) -> None:
    for action in [action for action in Action if action.recent]:
        case, _ = matrix.case_of(action)
        absent = matrix.judge(case, case.with_other(action, nothing))
        for fault in UNKNOWN_OPERATION:
            assert matrix.ask(case, action.permission, fault).returncode == absent, action
    case, _ = matrix.case_of(Action.NAT_GATEWAYS)
    for fault in UNKNOWN_OPERATION:  # there is no EC2 without it
        assert matrix.ask(case, Action.NAT_GATEWAYS.permission, fault).returncode == UNDETERMINED


def test_an_answer_that_is_cut_off_is_asked_for_again(
    matrix: Matrix, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "2")
    case, _ = matrix.case_of(Action.NAT_GATEWAYS)
    assert matrix.ask(case, Action.NAT_GATEWAYS.permission, cut_once()).returncode == REACHABLE


@pytest.mark.parametrize(("fault", "reason"), [(stalled, "Read timeout"), (endless(), "not read within 2 s")])
def test_the_time_for_all_reading_ends_it(
    matrix: Matrix, faulty: Faulty, monkeypatch: pytest.MonkeyPatch, fault: Fault, reason: str
) -> None:
    monkeypatch.setattr(pages, "MOST_PAGES", 10**6)
    monkeypatch.setattr(api, "_SHARE", 20 if fault is stalled else 1)
    case, _ = matrix.case_of(Action.SUBNETS)
    faulty.replies, faulty.action, faulty.fault = case.replies, Action.SUBNETS.permission, fault
    account = connect(REGION, timeout=2)
    assert account.fetch([Request(Action.SUBNETS)]) == {}
    assert account.unread[Action.SUBNETS].startswith(reason)
    time.sleep(0.1)  # what was being read may still arrive
    calls = faulty.calls
    time.sleep(0.2)
    assert faulty.calls == calls


def test_a_signal_ends_all_reading(
    recorded: list[Case], faulty: Faulty, front: Front, tmp_path: Path
) -> None:
    case = recorded[0]
    environment = {**os.environ, "AWS_ENDPOINT_URL": faulty.url}
    command = [sys.executable, "-m", "mailroute", *case.arguments]
    for number, fault, faults in ((signal.SIGTERM, endless(), 20), (signal.SIGINT, FAULTS["hanging"], 1)):
        faulty.replies, faulty.action, faulty.fault = case.replies, Action.NAT_GATEWAYS.permission, fault
        faulty.faults = 0
        with subprocess.Popen(
            command, env=environment, cwd=tmp_path, stdout=PIPE, stderr=PIPE, text=True
        ) as process:
            while faulty.faults < faults:
                assert process.poll() is None, process.communicate()
                time.sleep(0.01)
            process.send_signal(number)
            stdout, stderr = process.communicate(timeout=10)
        assert (process.returncode, stdout) == (128 + number, "")
        assert stderr in ("", "mailroute: error: interrupted\n")
