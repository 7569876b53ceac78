"""`mailroute rehearse --all-stacks`: every stack of a project, in one report."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from enforcement.masking import Masker
from mailroute.cli import all_stacks
from mailroute.cli.live import Several
from mailroute.cli.parallel import at_once, in_parallel
from mailroute.cli.rehearse import command
from mailroute.cli.reporting import Reporting
from mailroute.rehearsal.project import Project
from mailroute.rehearsal.result import Diagnostic, EngineFault, RehearsalError, Severity
from mailroute.rehearsal.shared.processes import Children, Command
from mailroute.report import as_json, formats, github, junit, markdown, sarif, terminal
from mailroute.report.model import EgressChange, OnlyCreated, Repair, Report
from mailroute.report.redact import redact
from mailroute.report.stacks import JudgedStack, Stacks, verdict
from tests.cli.samples import AFTER, REPORT, TODAY, resource
from tests.cli.test_formats import ASSUMED
from tests.cli.test_output_schema import problems

POLICIES = """
import os
from pulumi_policy import EnforcementLevel, PolicyPack, StackValidationPolicy

def not_prod(args, report):
    evidence = os.environ["MAILROUTE_EVIDENCE"]
    if os.environ["PULUMI_STACK"] == "prod":
        report("prod is blocked" if os.path.exists(evidence) else "no evidence")

PolicyPack("tiny", policies=[StackValidationPolicy("not-prod", "Not prod.", not_prod)],
    enforcement_level=EnforcementLevel.MANDATORY)
"""


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, [*arguments], standalone_mode=False)


def of_stack(name: str, report: Report = REPORT) -> JudgedStack:
    """`report` as the stack `name` would have it."""
    return JudgedStack(name, redact(report, lambda text: text.replace("prod", name)))


BLOCKED = Stacks("shop", Path("/shop"), (of_stack("prod"), of_stack("dev")))
BROKEN = JudgedStack("old", problem="stack 'old' lacks the config shop:domain")
HOLDS = replace(REPORT, rehearsal=replace(REPORT.rehearsal, policies=(), diagnostics=()))
GOOD = of_stack("eu", HOLDS)


def text(*stacks: JudgedStack, **options: Any) -> str:
    return terminal.render_all(Stacks("shop", Path("/shop"), stacks), width=100, colour=False, **options)


# One report


def test_each_stack_has_a_line() -> None:
    lines = text(of_stack("prod"), BROKEN, GOOD).splitlines()
    routes = "1 of 1 route reachable · 1 service not"
    assert lines[:5] == [
        "mailroute · 3 stacks of shop",
        "",
        f"prod  ✘ blocked: 1 mandatory violation, 1 advisory · {routes} judged ·",
        "      ✔ api · PRIVATE_DNS_OFF",
        "old   ? not judged: stack 'old' lacks the config shop:domain",
    ]
    assert lines[5].startswith(f"eu    ✔ every mandatory policy holds · {routes}")


def test_what_stacks_have_in_common_is_said_once() -> None:
    shown = text(*BLOCKED.stacks, GOOD)
    assert "  ✘ smtp-endpoint-usable/PRIVATE_DNS_OFF · smtp · prod, dev\n    it is off\n" in shown
    assert shown.count("it is off") == 1
    assert shown.index("✘ smtp-endpoint-usable") < shown.index("! smtp-port-allowed/PORT")
    assert "  nightly: no <reason> · prod, dev, eu\n" in shown
    assert "  warning: deprecated (smtp) · prod, dev\n" in shown


def test_what_differs_between_stacks_is_said_of_each() -> None:
    other = replace(REPORT.rehearsal, diagnostics=(Diagnostic(Severity.WARNING, "newer"),))
    shown = text(of_stack("prod"), of_stack("dev", replace(REPORT, rehearsal=other)))
    assert "  warning: deprecated (smtp) · prod\n" in shown
    assert "  warning: newer · dev\n" in shown


def test_fixes_and_assumptions_are_shown() -> None:
    dead = replace(AFTER, outcome=TODAY.outcome)
    change = EgressChange(dead, None, repairs=(Repair(("add a NAT gateway",), 36.5),))
    service = resource("aws:apprunner/service:Service", "api")
    rehearsal = replace(REPORT.rehearsal, resources=(service,))
    shown = text(
        of_stack("prod", ASSUMED), of_stack("dev", replace(REPORT, rehearsal=rehearsal, egress=(change,)))
    )
    assert "36.50 a month add a NAT gateway" in shown
    assumed = shown.split("Assumptions\n")[1]
    assert all(each.code in assumed for each in ASSUMED.egress[0].after.outcome.assumptions)


def test_the_simulated_creation_counts_where_it_is_worse() -> None:
    created = replace(AFTER, outcome=TODAY.outcome)
    change = EgressChange(AFTER, TODAY, creation=created)
    worse = of_stack("prod", replace(REPORT, egress=(change,), creation=OnlyCreated("no zone")))
    assert "· 1 service not judged · ✘ api ·" in verdict(worse)
    shown = text(worse, GOOD)
    assert "  it fails: no zone · prod\n" in shown
    assert "  api → email-smtp.us-east-1.amazonaws.com:587: unreachable: NO_ROUTE · prod\n" in shown


def test_details_are_the_report_of_each() -> None:
    shown = text(*BLOCKED.stacks, details=True)
    assert shown.count("mailroute · stack ") == 2
    assert "mailroute · stack dev of shop" in shown


def test_json_has_an_entry_for_each_stack() -> None:
    document = json.loads(as_json.render_all(Stacks("shop", Path("/shop"), (of_stack("prod"), BROKEN, GOOD))))
    assert problems(document, "stacks") == []
    assert (document["project"], document["ok"]) == ("shop", False)
    assert [(entry["stack"], entry["ok"]) for entry in document["stacks"]] == [
        ("prod", False),
        ("old", False),
        ("eu", True),
    ]
    assert document["stacks"][0] == json.loads(as_json.render(REPORT))
    assert document["stacks"][1]["problem"] == BROKEN.problem
    assert json.loads(as_json.render_all(Stacks("shop", Path("/shop"), (GOOD,))))["ok"]
    assert problems({**document, "stacks": [{"stack": "prod", "ok": True}]}, "stacks") != []


def test_sarif_has_a_run_for_each_stack() -> None:
    runs = json.loads(sarif.render_all(Stacks("shop", Path("/shop"), (of_stack("prod"), BROKEN))))["runs"]
    assert [run["automationDetails"]["id"] for run in runs] == ["mailroute/prod/", "mailroute/old/"]
    assert runs[0] == json.loads(sarif.render(REPORT))["runs"][0]
    (invocation,) = runs[1]["invocations"]
    assert not invocation["executionSuccessful"]
    assert invocation["toolExecutionNotifications"][0]["message"]["text"] == BROKEN.problem


def test_junit_has_the_suites_of_each_stack() -> None:
    document = junit.render_all(Stacks("shop", Path("/shop"), (of_stack("prod"), BROKEN)))
    root = ElementTree.fromstring(document)  # noqa: S314
    assert [(suite.get("name"), suite.get("errors")) for suite in root] == [
        ("egress of prod", "0"),
        ("policies of prod", "0"),
        ("stack old", "1"),
    ]
    (error,) = root.iter("error")
    assert error.get("message") == BROKEN.problem


def test_annotations_name_the_stacks_of_each() -> None:
    lines = github.render_all(Stacks("shop", Path("/shop"), (*BLOCKED.stacks, BROKEN))).splitlines()
    assert lines[0].startswith("::error file=/shop/Pulumi.yaml,line=1,title=not judged%3A stack old::stack ")
    title = "smtp-endpoint-usable/PRIVATE_DNS_OFF at smtp (stacks prod%2C dev)"
    assert [line for line in lines if "PRIVATE_DNS_OFF" in line] == [
        f"::error file=Pulumi.yaml,line=1,title={title}::it is off"
    ]


def test_a_comment_has_a_table_and_says_each_once() -> None:
    shown = markdown.render_all(Stacks("shop", Path("/shop"), (*BLOCKED.stacks, BROKEN)))
    assert shown.startswith("## ❌ mailroute: 3 stacks of `shop`\n\n| stack | verdict |\n")
    assert "| `old` | ? not judged: stack 'old' lacks the config shop:domain |" in shown
    assert shown.count("it is off") == 1
    assert "❌ **smtp-endpoint-usable/PRIVATE\\_DNS\\_OFF** at `smtp`: `prod`, `dev`" in shown


def test_a_comment_of_many_stacks_fits() -> None:
    many = tuple(
        of_stack(f"s{number}", replace(REPORT, rehearsal=replace(REPORT.rehearsal, policies=(told,))))
        for number in range(100)
        for told in [replace(REPORT.rehearsal.policies[1], message=f"PRIVATE_DNS_OFF: it {number * 5000}")]
    )
    shown = markdown.render_all(Stacks("shop", Path("/shop"), many))
    assert len(shown) < markdown.LIMIT
    assert "`s99`" in shown


def test_every_format_holds_several() -> None:
    assert all(formats.render_all(form, BLOCKED) for form in formats.FORMATS)


# The command


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    stack = "config:\n  aws:region: us-east-1\n  shop:domain: shop.example\n"
    files = {
        "Pulumi.yaml": "name: shop\nruntime: python\n",
        "__main__.py": "import pulumi\npulumi.export('domain', pulumi.Config().require('domain'))\n",
        "Pulumi.dev.yaml": f"{stack}  shop:token: {{secure: v1:a:b}}\n",
        "Pulumi.prod.yaml": stack,
        "Pulumi.prod.yml": stack,
        "Pulumi.old.yaml": "config:\n  aws:region: us-east-1\n  shop:domain: [\n",
        "policies/PulumiPolicy.yaml": "runtime: python\n",
        "policies/__main__.py": POLICIES,
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    return tmp_path


def test_a_stack_that_is_not_judged_stops_no_other(shop: Path) -> None:
    options = ("--no-creation", "--engine", "embedded", "--json")
    saved = shop / "baseline.json"
    result = run(str(shop), "--all-stacks", *options, "--write-baseline", str(saved))
    document = json.loads(result.stdout)
    assert result.return_value == 2
    dev, old, prod = document["stacks"]
    assert (dev["ok"], dev["outputs"]) == (True, {"domain": "shop.example"})
    assert "Pulumi.old.yaml" in old["problem"]
    (warning,) = dev["diagnostics"]
    assert warning["message"].startswith(
        "Pulumi.dev.yaml: made-up values stand in for the encrypted shop:token"
    )
    assert [found["message"] for found in prod["policies"]] == ["prod is blocked"]
    assert [known["urn"] for known in json.loads(saved.read_text(encoding="utf-8"))["violations"]] == [
        "urn:pulumi:prod::shop::pulumi:pulumi:Stack::shop-prod"
    ]
    assert result.stderr.splitlines()[0] == (
        f"mailroute: 3 stacks of shop, with the embedded engine, {at_once()} at a time"
    )
    assert sorted(line.split(": ")[-1] for line in result.stderr.splitlines()[1:]) == ["dev", "old", "prod"]


@pytest.mark.parametrize(
    ("ends", "status"),
    [
        ((HOLDS, HOLDS, HOLDS), 0),
        ((HOLDS, REPORT, HOLDS), 1),
        ((REPORT, HOLDS, RehearsalError("no")), 2),
        ((EngineFault("odd"), RehearsalError("no"), HOLDS), 3),
    ],
)
def test_the_status_is_the_highest(
    shop: Path, monkeypatch: pytest.MonkeyPatch, ends: tuple[Any, ...], status: int
) -> None:
    (shop / "Pulumi.old.yaml").write_text("config: {}\n", encoding="utf-8")
    by_stack: dict[str, Any] = dict(zip(("dev", "old", "prod"), ends, strict=True))

    def ended(project: Project, *_arguments: Any) -> Report:
        end = by_stack[project.stack]
        if isinstance(end, Exception):
            raise end
        report: Report = end
        return report

    monkeypatch.setattr(all_stacks, "rehearse", ended)
    result = run(str(shop), "--all-stacks")
    assert result.return_value == status
    assert ("? not judged: internal fault: odd" in result.stdout) == (status == 3)


def test_what_is_fixed_is_said_of_its_own_stack(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (shop / "Pulumi.old.yaml").unlink()
    entry = {"urn": "urn:pulumi:dev::shop::a:b:C::api", "code": "NO_ROUTE"}
    (shop / "known.json").write_text(json.dumps({"version": 1, "violations": [entry]}), encoding="utf-8")
    monkeypatch.setenv("MAILROUTE_BASELINE", "")
    reports = {name: of_stack(name, HOLDS).report for name in ("dev", "prod")}
    monkeypatch.setattr(all_stacks, "rehearse", lambda project, *_arguments: reports[project.stack])
    shown = run(str(shop), "--all-stacks", "--baseline", str(shop / "known.json")).stdout
    assert "Fixed since the baseline\n  NO_ROUTE at api · dev\n" in shown


def test_each_stack_is_compared_with_its_own(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    api = resource("aws:apprunner/service:Service", "api")
    dead = replace(
        REPORT,
        rehearsal=replace(REPORT.rehearsal, resources=(*REPORT.rehearsal.resources, api)),
        egress=(EgressChange(replace(AFTER, outcome=TODAY.outcome), None),),
    )
    before = {"dev": REPORT, "prod": REPORT}
    now = {"dev": REPORT, "prod": dead, "old": REPORT}
    (shop / "Pulumi.old.yaml").write_text("config: {}\n", encoding="utf-8")
    base = Stacks("shop", shop, tuple(of_stack(name, report) for name, report in before.items()))
    (shop / "base.json").write_text(as_json.render_all(base), encoding="utf-8")
    reports = {name: of_stack(name, report).report for name, report in now.items()}
    monkeypatch.setattr(all_stacks, "rehearse", lambda project, *_arguments: reports[project.stack])
    monkeypatch.setenv("COLUMNS", "120")
    options = ("--all-stacks", "--base", str(shop / "base.json"))
    to = "api → email-smtp.us-east-1.amazonaws.com:587"
    changed = run(str(shop), *options).stdout.partition("Changed routes\n")[2].partition("\n\n")[0]
    assert [" ".join(line.split()) for line in changed.splitlines()] == [
        f"new: {to}: not there before, reachable now · old",
        f"LOST: {to}: reachable before, unreachable now · prod",
    ]
    stacks = json.loads(run(str(shop), *options, "--json").stdout)["stacks"]
    assert [[each["change"] for each in stack["changes"]] for stack in stacks] == [
        ["unchanged"], ["new"], ["lost"],
    ]  # fmt: skip


def test_a_stack_that_was_not_judged_is_not_compared() -> None:
    reporting = replace(Reporting("text", ()), base=Path("base.json"), earlier={"prod": None})
    assert reporting.compared(REPORT, Masker()).changes is None
    assert replace(reporting, earlier={}).compared(REPORT, Masker()).changes is not None


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"stack": "prod", "egress": []}, "not what 'mailroute rehearse --all-stacks --json' prints"),
        ({"project": "web", "stacks": []}, "base.json: of project web: give one of shop"),
        ({"project": "shop", "stacks": [{"stack": "prod", "egress": [{}]}]}, "base.json: not what"),
    ],
)
def test_a_base_of_something_else_is_one_line(shop: Path, document: Any, said: str) -> None:
    (shop / "base.json").write_text(json.dumps(document), encoding="utf-8")
    result = run(str(shop), "--all-stacks", "--base", str(shop / "base.json"))
    assert said in str(result.exception)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--stack", "dev"), "--all-stacks and --stack do not go together: --stack is of one stack"),
        (("-c", "a=b"), "--all-stacks and --config do not go together: --config is of one stack"),
        (("--config-path",), "--all-stacks and --config-path do not go together"),
        (("--config-file", "x"), "--all-stacks and --config-file do not go together"),
    ],
)
def test_what_is_of_one_stack_is_refused(shop: Path, arguments: tuple[str, ...], said: str) -> None:
    result = run(str(shop), "--all-stacks", *arguments)
    assert result.exception is not None
    assert said in str(result.exception)


def test_a_project_without_stacks_says_so(shop: Path) -> None:
    for file in shop.glob("Pulumi.*.y*ml"):
        file.unlink()
    assert str(run(str(shop), "--all-stacks").exception) == (
        f"{shop}: it has no stacks: there is no Pulumi.<stack>.yaml"
    )


# Side by side


def test_progress_counts_on_a_terminal() -> None:
    several = Several("mailroute: 2 stacks", 2)
    with several.watch("dev"):
        assert [str(node.label) for node in several.render().children] == ["… dev  0 of 0 resources done"]
    several.end("dev")
    assert str(several.render().label) == "mailroute: 2 stacks  1 of 2"


def test_an_interruption_ends_every_process(tmp_path: Path) -> None:
    began = threading.Semaphore(0)
    ended: list[int | None] = []

    def work(number: int) -> None:
        if number == 0:
            began.acquire(timeout=10)
            raise KeyboardInterrupt
        with Children() as children:
            command = Command(["sleep", "60"], tmp_path, {"PATH": "/usr/bin:/bin"}, lambda _line: None)
            child = children.start(command)
            began.release()
            child.exited.wait()
            ended.append(child.status)

    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        in_parallel(work, range(2))
    assert time.monotonic() - start < 20
    assert len(ended) == 1
