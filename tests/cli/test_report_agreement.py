"""The report and the policies never say two things of one path: then neither is shown."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mailroute.cli.inputs import asked_rules
from mailroute.rehearsal.result import EngineFault, Level, PolicyResult
from mailroute.report import agreement
from mailroute.report.model import EgressChange, Report
from reachability.values import UNKNOWN
from reachability.verdict import Finding, Outcome, Verdict
from tests.cli.conftest import ROOT, Cli
from tests.cli.samples import AFTER, REHEARSAL, REPORT, TODAY, resource
from tests.cli.test_build import options_of

pytestmark = pytest.mark.hostile("engine")

RULE = "apprunner-egress-route"
SERVICE = resource("aws:apprunner/service:Service", "api")
DEAD = replace(TODAY, urn=SERVICE.urn)
OPEN = replace(
    DEAD, outcome=Outcome((), (Finding("ROUTE_UNKNOWN", "rtb-1", "m", "r", Verdict.UNDETERMINED),))
)
OPTIONAL = replace(DEAD, destination=replace(DEAD.destination, optional=True))
ACCEPTED = {"resource": "api", "reason": "known", "expires": "2999-12-31"}


def shown(egress: Any, *messages: str, policy: str = RULE) -> Report:
    """A report of one egress, and what the pack says of its service."""
    said = (PolicyResult("mailroute", policy, Level.MANDATORY, SERVICE.urn, text) for text in messages)
    rehearsal = replace(REHEARSAL, resources=(SERVICE,), policies=tuple(said))
    return replace(REPORT, rehearsal=rehearsal, egress=(EgressChange(egress, None),))


def differ(report: Report, told: dict[str, Any] | None = None, asked: frozenset[str] | None = None) -> str:
    """What the check says, empty where report and pack agree."""
    options = options_of({RULE: told or {}})
    try:
        agreement.check(report, options, asked_rules(None, [ROOT / "policies"]) if asked is None else asked)
    except EngineFault as fault:
        return str(fault)
    return ""


def test_a_dead_path_that_no_policy_blocks_is_a_fault() -> None:
    assert differ(shown(DEAD)) == (
        f"{RULE} blocks {SERVICE.urn} by the report and not by the policy pack: trust neither"
    )


def test_a_living_path_that_a_policy_blocks_is_a_fault() -> None:
    assert "by the policy pack and not by the report" in differ(shown(AFTER, "NO_ROUTE: no"))


@pytest.mark.parametrize(
    ("report", "told"),
    [
        (shown(DEAD, "NO_ROUTE: no"), {}),
        (shown(AFTER), {}),
        (shown(OPTIONAL), {}),
        (shown(OPEN, "ROUTE_UNKNOWN: who knows"), {}),
        (shown(OPEN), {"undetermined": "advisory"}),
        (shown(DEAD), {"exceptions": [ACCEPTED]}),
        (shown(AFTER, "EXCEPTION_EXPIRED: it is over"), {}),
        (shown(DEAD, "RULE_FAILED: it broke"), {}),
        (shown(DEAD, "NO_ROUTE: no", "other: no"), {}),
    ],
)
def test_what_both_say_is_no_fault(report: Report, told: dict[str, Any]) -> None:
    assert differ(report, told) == ""


def test_an_exception_for_a_secret_host_is_the_pack_s_to_tell() -> None:
    hidden = replace(DEAD, destination=replace(DEAD.destination, host=UNKNOWN, port=UNKNOWN, secret=True))
    assert differ(shown(hidden))
    assert differ(shown(hidden), {"exceptions": [{**ACCEPTED, "code": "OTHER"}]}) == ""


def test_an_exception_for_a_masked_host_is_the_packs_to_tell() -> None:
    report = shown(DEAD)
    (change,) = report.egress
    masked = replace(report, egress=(replace(change, judged="[secret]:587"),))
    assert differ(masked)
    assert differ(masked, {"exceptions": [{**ACCEPTED, "code": "OTHER"}]}) == ""
    assert differ(report, {"exceptions": [{**ACCEPTED, "code": "OTHER"}]})


def test_a_rule_of_another_pack_is_called_alike() -> None:
    report = shown(AFTER, "NO_ROUTE: no")
    (said,) = report.rehearsal.policies
    rehearsal = replace(report.rehearsal, policies=(replace(said, pack="other"),))
    assert differ(replace(report, rehearsal=rehearsal)) == ""


def test_an_exception_that_has_expired_is_no_excuse() -> None:
    assert differ(shown(DEAD), {"exceptions": [{**ACCEPTED, "expires": "2020-01-01"}]})


@pytest.mark.parametrize(
    ("config", "judges"),
    [
        ({}, True),
        ({RULE: "advisory"}, True),
        ({RULE: "disabled"}, False),
        ({"all": "disabled"}, False),
        ({"all": "disabled", RULE: {"enforcementLevel": "mandatory"}}, True),
    ],
)
def test_a_rule_that_is_disabled_is_not_asked(config: dict[str, Any], judges: bool, tmp_path: Path) -> None:
    file = tmp_path / "config.json"
    file.write_text(json.dumps(config), encoding="utf-8")
    asked = asked_rules(file, [ROOT / "policies"])
    assert (RULE in asked) is judges
    assert bool(differ(shown(DEAD), asked=asked)) is judges


def test_another_pack_than_ours_is_not_asked(tmp_path: Path) -> None:
    assert asked_rules(None, [tmp_path]) == frozenset()


def test_a_copy_of_our_pack_is_asked_until_it_is_changed(tmp_path: Path) -> None:
    copy = tmp_path / "pack"
    shutil.copytree(ROOT / "policies", copy, ignore=shutil.ignore_patterns("__pycache__"))
    assert RULE in asked_rules(None, [tmp_path / "other", copy])
    (copy / "rules" / "rule.py").write_text("# changed\n", encoding="utf-8")
    assert asked_rules(None, [copy]) == frozenset()


def test_a_pack_that_is_kept_quiet_is_one_line(
    cli: Cli, project: Callable[..., Path], tmp_path: Path
) -> None:
    quiet = tmp_path / "sitecustomize.py"
    quiet.write_text(
        "import sys\n"
        "if 'pulumi.policy' in ' '.join(sys.orig_argv):\n"
        "    sys.path.append('.')\n"
        "    from enforcement import pack\n"
        "    pack.Enforcement.judge_stack = lambda *arguments: None\n",
        encoding="utf-8",
    )
    program = (ROOT / "tests/cli/programs/blocked/__main__.py").read_text(encoding="utf-8")
    shop = project(program=program)
    path = os.pathsep.join((str(tmp_path), str(ROOT), str(ROOT / "policies")))
    result = cli(
        "rehearse", "--engine", "embedded", "--no-creation", "--program", str(shop),
        "--policy-pack", str(ROOT / "policies"), "--account", str(ROOT / "accounts/prod.json"),
        PYTHONPATH=path,
    )  # fmt: skip
    assert result.returncode == 3
    assert result.stdout == ""
    assert f"internal fault: {RULE} blocks urn:pulumi:dev::shop::" in result.stderr.splitlines()[-1]
