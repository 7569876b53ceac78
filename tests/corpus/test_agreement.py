"""The report says what the pack says, of every program, however the pack is configured.

Programs run once, and the real pack is shown again what an engine has shown it: see `recorded.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from enforcement import options
from enforcement.deployment import Deployment
from mailroute.rehearsal.account import Account
from mailroute.rehearsal.result import Operation
from mailroute.report.build import build
from mailroute.report.graph import PROVIDER, program_resources
from mailroute.report.model import Report
from reachability import Resource
from reachability.workloads.not_judged import KINDS
from rules import RULES
from tests.corpus.agreement import JUDGED, compare, configurations, with_evidence
from tests.corpus.recorded import recorded, rehearsal_of, replay
from tests.policies import case_files
from tests.policies.case_files import load_case
from tests.policies.harness import PACK, PackProcess

ROOT = Path(__file__).parents[2]
PUBLIC = sorted(path.parent for path in ROOT.glob("tests/corpus/programs/public/*/__main__.py"))
PROGRAMS = [
    *sorted(path.parent for path in ROOT.glob("tests/*/programs/*/__main__.py")),
    *PUBLIC[::9],  # A sample: each takes three seconds.
]
STACKS = [
    pytest.param(
        program, file.name.split(".")[1], marks=pytest.mark.xdist_group(name), id=f"{name} {file.stem}"
    )
    for name, program in {"mailroute": ROOT, **{program.name: program for program in PROGRAMS}}.items()
    for file in sorted(program.glob("Pulumi.*.yaml"))
]
MANY = 200
"""Programs with more resources are shown under some of the configurations alone: each takes a second."""
CASES = [
    pytest.param(index, path, id=f"{path.parent.name}/{path.stem}")
    for index, path in enumerate(sorted(case_files.CASES.glob("*/*.json")))
    if len((case := load_case(path)).evidence) < 2 and any(node.type in JUDGED for node in case.nodes)
]
"""Those with a workload, and the evidence of one account at most: a rehearsal simulates one."""


@pytest.fixture(scope="module")
def packs() -> Iterator[dict[Operation, PackProcess]]:
    with PackProcess(updating=False) as preview, PackProcess(updating=True) as update:
        yield {Operation.PREVIEW: preview, Operation.UP: update}


@pytest.fixture(autouse=True)
def _without_repairs(monkeypatch: pytest.MonkeyPatch) -> None:
    """They change nothing of what is compared, and take most of the time."""
    monkeypatch.setattr("mailroute.report.egress.repairs_of", lambda *_: ())


@pytest.mark.parametrize("operation", list(Operation), ids=lambda operation: operation.value)
@pytest.mark.parametrize(("program", "stack"), STACKS)
def test_report_and_pack_agree_on_a_program(
    program: Path,
    stack: str,
    operation: Operation,
    packs: dict[Operation, PackProcess],
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    shown = recorded(program, stack, operation)
    document = shown.account.document
    found = 0
    possible = list(configurations(shown.rehearsal, document, tmp_path).values())
    many = len(shown.rehearsal.resources) > MANY
    for told in possible[:: 4 if many else 1]:
        given = with_evidence(told, document, tmp_path)
        packs[operation].configure(given)
        found += compare(shown.rehearsal, document, given, list(replay(packs[operation], shown)), tmp_path)
    record_property("measured", {"destinations that report and pack agree on": {"total": found}})


def _report(program: Path, stack: str, operation: Operation) -> Report:
    shown = recorded(program, stack, operation)
    read = {rule.name: options.read(rule, {})[0] for rule in RULES}
    return build(shown.rehearsal, shown.account.document, read, account="", program=program, packs=[PACK])


@pytest.mark.xdist_group("production")
def test_what_is_not_judged_is_listed_by_its_name() -> None:
    report = _report(Path(__file__).parent / "programs" / "production", "dev", Operation.PREVIEW)
    assert {entry.service: entry.reason.partition(" (")[0] for entry in report.unjudged} == {
        "static": "no variable names a mail host, a mail URL or a mail provider's key",
        "static-nightly": "mailroute does not judge ECS tasks that an EventBridge rule starts",
    }


@pytest.mark.parametrize("operation", list(Operation), ids=lambda operation: operation.value)
@pytest.mark.parametrize(("program", "stack"), STACKS)
def test_every_workload_is_judged_or_listed(program: Path, stack: str, operation: Operation) -> None:
    shown = recorded(program, stack, operation).rehearsal
    report = _report(program, stack, operation)
    judged = {change.after.urn for change in report.egress}
    listed = {entry.urn for entry in report.unjudged}
    assert not judged & listed
    workloads = {entry.urn for entry in shown.resources if entry.type in {*JUDGED, *KINDS}}
    users = [entry.property_dependencies for entry in shown.resources if entry.urn in listed]
    templates = {urn for each in users for urns in each.values() for urn in urns}
    assert workloads <= judged | listed | templates


@pytest.mark.parametrize("operation", list(Operation), ids=lambda operation: operation.value)
@pytest.mark.parametrize(("program", "stack"), STACKS)
def test_report_and_pack_read_the_same_resources(program: Path, stack: str, operation: Operation) -> None:
    shown = recorded(program, stack, operation)
    deployment = Deployment()
    for request in shown.resources:
        deployment.remember(request)
    read = deployment.program(shown.stack).resources
    assert _facts(program_resources(shown.rehearsal.resources)) == _facts(read)


def _facts(resources: Iterable[Resource]) -> dict[str, dict[str, Any]]:
    """All that is known of each resource; that a value comes from nothing is said by saying nothing."""
    return {
        resource.key: {
            **{field.name: getattr(resource, field.name) for field in fields(resource)},
            "properties": dict(resource.properties),
            "dependencies": {name: sorted(urns) for name, urns in resource.dependencies.items() if urns},
        }
        for resource in resources
        if not resource.type.startswith(PROVIDER)  # An engine may show one before the stack itself.
    }


@pytest.mark.parametrize(("index", "path"), CASES)
def test_report_and_pack_agree_on_a_policy_case(
    index: int,
    path: Path,
    packs: dict[Operation, PackProcess],
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    """As it is, and under two of the configurations: each of them is that of many cases."""
    case = load_case(path)
    rehearsal = rehearsal_of(case)
    pack = packs[rehearsal.operation]
    (document,) = case.evidence.values() or (Account.empty("us-east-1").document,)
    possible = list(configurations(rehearsal, document, tmp_path).values())
    found = 0
    for told in ({}, possible[index % len(possible)], possible[(index // len(possible)) % len(possible)]):
        mixed = {
            rule: {**case.options.get(rule, {}), **told.get(rule, {})} for rule in {*case.options, *told}
        }
        given = with_evidence(mixed, document, tmp_path)
        pack.configure(given)
        found += compare(rehearsal, document, given, pack.run(case.nodes).all, tmp_path)
    record_property("measured", {"destinations that report and pack agree on": {"total": found}})
