"""The same programs as real Python, through real engines: they show what the evaluation does."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path

import pytest

from mailroute.cli.inputs import load_account, load_project
from mailroute.rehearsal import embedded, official
from mailroute.report.graph import program_resources
from reachability import Resource, Verdict
from tests.judges.programs import engine, render
from tests.judges.programs.combine import combine, renamed
from tests.judges.programs.expressions import form_of, parts
from tests.judges.programs.generate import program
from tests.judges.programs.judge import evidence_of, judge, verdict
from tests.judges.programs.model import Program

EMPTY_PACK = Path(__file__).parents[3] / "bench" / "empty_pack"
"""The official CLI tells of resources to a pack alone; this one has no rule that could end a creation."""
COUNT = 20
FIRST = 1_000_000
"""The first seed: others than those of `test_programs.py`."""
ENGINES = [
    pytest.param(embedded, id="embedded"),
    pytest.param(
        official,
        id="official",
        marks=[
            pytest.mark.pulumi,
            pytest.mark.skipif(not shutil.which("pulumi"), reason="the official CLI is not on PATH"),
        ],
    ),
]

Record = Callable[[str, object], None]


@dataclass(frozen=True)
class Sample:
    """Programs that both can run, each with its mark in all names, and all of them as one."""

    programs: dict[str, Program]
    updates: dict[str, Verdict]
    whole: Program


@cache
def sample(of_engine: object) -> Sample:
    """Those for an engine: a CLI older than the SDK does not tell programs the ids that they read."""
    programs: dict[str, Program] = {}
    updates: dict[str, Verdict] = {}
    for seed in count(FIRST):
        generated = renamed(program(seed), f"p{len(programs)}")
        if of_engine is official and any(each.kind == "read" for each in generated):
            continue
        judged = judge(generated) if render.can_render(generated) and _is_settled(generated) else None
        if judged is not None and len(judged.ups) == 1:
            updates[f"p{len(programs)}"] = judged.ups[0].said.verdict
            programs[f"p{len(programs)}"] = generated
        if len(programs) == COUNT:
            break
    return Sample(programs, updates, combine(programs.values()))


def _is_settled(generated: Program) -> bool:
    """Whether its outcome depends neither on the ids that an engine gives, nor on what it makes first."""
    forms = [part for each in generated for part in parts(each.inputs)]
    sorts = any(form_of(part) == "$apply" and part["$apply"][0] == "sort" for part in forms)
    finds = any(form_of(part) == "$call" and any(map(form_of, part["$call"][1].values())) for part in forms)
    # The rehearsal's account keeps what is put into a default object before that is adopted.
    adopts = any(":Default" in each.type and each.depends_on for each in generated)
    accepted = all(engine.is_accepted(generated, each) for each in engine.orders(generated))
    return accepted and not (sorts or finds or adopts)


@pytest.mark.parametrize("with_engine", ENGINES)
def test_a_preview_shows_what_the_evaluation_does(
    with_engine: object, tmp_path: Path, record_property: Record
) -> None:
    whole = sample(with_engine).whole
    shown = _run(with_engine, render.write(whole, tmp_path / "program"), up=False)
    evaluated = {each.name: each for each in engine.preview(whole) if each.type.startswith("aws:")}

    assert shown.keys() == evaluated.keys()
    for name, resource in evaluated.items():
        found = shown[name]
        assert _sources(found) == _sources(resource), name
        assert _names(found.depends_on) == _names(resource.depends_on), name
        assert {prop: found.get(prop) for prop in resource.properties} == resource.properties, name
    verdicts = _verdicts(shown, with_engine)
    assert verdicts == _verdicts(evaluated, with_engine)
    counts = Counter(each.value for each in verdicts.values())
    record_property("measured", {"programs through an engine": {"total": len(verdicts), **counts}})


@pytest.mark.parametrize("with_engine", ENGINES)
def test_a_creation_has_the_verdicts_of_the_update(with_engine: object, tmp_path: Path) -> None:
    shown = _run(with_engine, render.write(sample(with_engine).whole, tmp_path / "program"), up=True)
    assert _verdicts(shown, with_engine) == sample(with_engine).updates


def _run(with_engine: object, directory: Path, *, up: bool) -> dict[str, Resource]:
    project = load_project(directory, render.STACK)
    account, _ = load_account(project, None)
    rehearsal = with_engine.rehearse(  # type: ignore[attr-defined]
        project,
        account,
        up=up,
        packs=[EMPTY_PACK],
        pack_config=None,
        timeout=120,
        on_event=lambda _event: None,
    )
    found = program_resources(rehearsal.resources)
    return {each.name: each for each in found if each.type.startswith("aws:")}


def _verdicts(resources: dict[str, Resource], of_engine: object) -> dict[str, Verdict]:
    """The verdict of each program of the sample, by its own resources and account."""
    found = {}
    for mark, each in sample(of_engine).programs.items():
        own = [resource for name, resource in resources.items() if name.startswith(f"{mark}-")]
        found[mark] = verdict(own, evidence_of(each))
    return found


def _sources(resource: Resource) -> dict[str, set[str]]:
    named = {prop: _names(keys) for prop, keys in resource.dependencies.items()}
    return {prop: keys for prop, keys in named.items() if keys}


def _names(keys: Iterable[str]) -> set[str]:
    return {key.rpartition("::")[2] for key in keys}
