"""The programs that the embedded engine is tested with, run by the official one as well.

Every test of `tests/embedded` that rehearses a program or a pack runs here once more, as it is there, but
each of its rehearsals is done by both engines, which must agree.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pulumi.runtime.proto import provider_pb2_grpc

from mailroute.rehearsal.official.run import run as run_official
from mailroute.rehearsal.project import Project
from mailroute.rehearsal.result import EngineFault, PlannedResource, Rehearsal, RehearsalError
from tests.embedded import test_packs, test_protocol
from tests.embedded.conftest import Rehearser, record_answers
from tests.embedded.conftest import rehearse as rehearse
from tests.embedded.recording import Call, RecordedProvider, Recording, serve
from tests.embedded.test_packs import pack as pack
from tests.parity.stack import needs_pulumi

pytestmark = [pytest.mark.pulumi, needs_pulumi]

_DEFAULT_PROVIDER = re.compile(r"(::pulumi:providers:\w+::default)(?:_\d+)+$")
"""The official engine takes a default provider's version from the installed package, where nobody names one.

The programs here make resources without the SDK's classes, which always do.
"""

DIFFERENCES: dict[str, str] = {
    "test_what_the_engine_lacks_the_sdk_refuses": "the embedded engine has no error hooks",
    "test_a_pack_that_judges_no_stack_is_one_line": "the official engine takes a pack that judges no stack, "
    "and a rehearsal would pass without its judgement",
}
"""By test: what the engines do not agree on, and why that stays. An entry on which they agree fails."""


def _tests_that_rehearse(*modules: ModuleType) -> Iterator[tuple[str, Callable[..., None]]]:
    for module in modules:
        for name, test in vars(module).items():
            if name.startswith("test_") and {"rehearse", "rehearser"} & {*inspect.signature(test).parameters}:
                yield name, test


globals().update(_tests_that_rehearse(test_packs, test_protocol))


@dataclass
class Comparer(Rehearser):
    """Rehearses with both engines, and gives what the embedded one gives.

    Attributes:
        differences: what they did not agree on, in this test.
    """

    expected: bool = False
    differences: list[str] = field(default_factory=list)

    def _quiet_pack(self) -> Path:
        """A pack that finds nothing: the official engine tells what it plans to packs alone."""
        directory = self.directory.parent / "quiet"
        directory.mkdir(exist_ok=True)
        (directory / "PulumiPolicy.yaml").write_text("runtime: python\n", encoding="utf-8")
        source = (
            "from pulumi_policy import PolicyPack, ResourceValidationPolicy as Rule\n"
            "PolicyPack('quiet', [Rule('quiet', 'Says nothing.', lambda args, report: None)])\n"
        )
        (directory / "__main__.py").write_text(source, encoding="utf-8")
        return directory

    def run(
        self,
        *,
        up: bool = False,
        packs: Sequence[Path] = (),
        pack_config: Path | None = None,
        trace: Iterable[Call] = (),
        recording_pack: dict[str, Any] | None = None,
        timeout: float = 60,
    ) -> Rehearsal:
        trace = list(trace)
        embedded = _outcome(
            lambda: super(Comparer, self).run(
                up=up,
                packs=packs,
                pack_config=pack_config,
                trace=trace,
                recording_pack=recording_pack,
                timeout=timeout,
            )
        )
        with ExitStack() as stack:
            provider = RecordedProvider(Recording(), trace)
            port = stack.enter_context(
                serve(provider_pb2_grpc.add_ResourceProviderServicer_to_server, provider)
            )
            official = _outcome(
                lambda: run_official(
                    Project.load(self.directory, "dev"),
                    port,
                    up=up,
                    packs=packs or [self._quiet_pack()],
                    pack_config=pack_config,
                    timeout=timeout,
                    on_event=lambda _event: None,
                )
            )
        found = list(_differences(_comparable(embedded), _comparable(official)))
        self.differences += found
        if not self.expected:
            outcomes = [str(outcome) for outcome in (embedded, official) if isinstance(outcome, Exception)]
            assert not found, (found, outcomes)
        if isinstance(embedded, Exception):
            raise embedded
        return embedded


@pytest.fixture
def rehearser(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Rehearser]:
    comparer = Comparer(tmp_path / "program", expected=request.node.name in DIFFERENCES)
    record_answers(comparer, monkeypatch)
    yield comparer
    if comparer.expected and not comparer.differences:
        pytest.fail("the engines agree: take this test out of DIFFERENCES")


def _outcome(rehearse: Callable[[], Rehearsal]) -> Rehearsal | Exception:
    try:
        return rehearse()
    except (RehearsalError, EngineFault) as error:
        return error


def _differences(ours: Any, theirs: Any, place: str = "") -> Iterator[str]:
    """Where two comparable outcomes differ, a line for each place."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in sorted(ours.keys() | theirs.keys()):
            yield from _differences(ours.get(key, "-"), theirs.get(key, "-"), f"{place} > {key}")
    elif ours != theirs:
        yield f"{place}: embedded {ours}, official {theirs}"


def _comparable(outcome: Rehearsal | Exception) -> dict[str, Any]:
    """What both engines must say, whatever the order in which things happened to come.

    How a failure is worded is an engine's own; that it is one is not.
    """
    if isinstance(outcome, Exception):
        return {"fails": True}
    return {
        "resources": {_urn(resource.urn): _resource(resource) for resource in outcome.resources},
        "policies": sorted(map(repr, outcome.policies)),
        "not applicable": sorted(map(repr, outcome.not_applicable)),
        "outputs": outcome.outputs,
    }


def _resource(resource: PlannedResource) -> dict[str, Any]:
    is_provider = resource.type.startswith("pulumi:providers:")
    left_out = {"version"} if is_provider else set()
    return {
        **{name: getattr(resource, name) for name in ("type", "custom", "parent")},
        "provider": _urn(resource.provider or ""),
        "id": (resource.id is None) if is_provider else resource.id,
        "inputs": {key: value for key, value in resource.inputs.items() if key not in left_out},
        "outputs": {key: value for key, value in resource.outputs.items() if key not in left_out},
        "dependencies": sorted(resource.dependencies),
        "property dependencies": {key: sorted(urns) for key, urns in resource.property_dependencies.items()},
    }


def _urn(urn: str) -> str:
    return _DEFAULT_PROVIDER.sub(r"\1", urn)
