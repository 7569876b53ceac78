"""Fixtures that run programs under the embedded engine."""

from __future__ import annotations

import textwrap
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from pulumi.runtime.proto import analyzer_pb2_grpc, provider_pb2_grpc

from mailroute.rehearsal.embedded import children
from mailroute.rehearsal.embedded.run import run
from mailroute.rehearsal.project import Project
from mailroute.rehearsal.shared import channels
from tests.corpus.forked import ForkingChildren
from tests.embedded.recording import (
    MonitorRecorder,
    RecordedProvider,
    Recording,
    RecordingPack,
    serve,
    write_pack,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from mailroute.rehearsal.result import Event, Rehearsal
    from tests.embedded.recording import Call

PACK_INFO = {
    "name": "recorder",
    "policies": [
        {
            "name": "rec",
            "description": "records",
            "enforcementLevel": "MANDATORY",
            "policyType": "POLICY_TYPE_RESOURCE",
        }
    ],
}


@dataclass
class Rehearser:
    """Runs programs against a provider that answers as a trace did, or else as an echo."""

    directory: Path
    recording: Recording = field(default_factory=Recording)
    events: list[Event] = field(default_factory=list)

    def write(self, source: str, *, config: str = "", project: str = "", **files: str) -> Path:
        """Write a program, its project `demo` and its stack `dev`."""
        program = {
            "__main__.py": source,
            "Pulumi.yaml": f"name: demo\nruntime: python\n{textwrap.dedent(project)}",
            "Pulumi.dev.yaml": config or "config:\n  aws:region: us-east-1\n",
            **files,
        }
        for name, text in program.items():
            file = self.directory / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(textwrap.dedent(text), encoding="utf-8")
        return self.directory

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
        """Rehearse what has been written; with a pack that only records, where one is described."""
        with ExitStack() as stack:
            provider = RecordedProvider(self.recording, trace)
            port = stack.enter_context(
                serve(provider_pb2_grpc.add_ResourceProviderServicer_to_server, provider)
            )
            if recording_pack is not None:
                pack = RecordingPack(self.recording, recording_pack)
                pack_port = stack.enter_context(serve(analyzer_pb2_grpc.add_AnalyzerServicer_to_server, pack))
                packs = [write_pack(self.directory / "recorder", pack_port), *packs]
            return run(
                Project.load(self.directory, "dev"),
                {"aws": f"127.0.0.1:{port}"},
                up=up,
                packs=packs,
                pack_config=pack_config,
                timeout=timeout,
                on_event=self.events.append,
            )


@pytest.fixture
def forked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Programs run in forks of a process that has loaded the SDK, which is most of what a run takes."""
    monkeypatch.setattr(children, "Children", ForkingChildren)


@pytest.fixture
def rehearser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rehearser:
    """A rehearser whose recording also has what the program is answered."""
    rehearser = Rehearser(tmp_path / "program")
    record_answers(rehearser, monkeypatch)
    return rehearser


def record_answers(rehearser: Rehearser, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a directory for a rehearser's programs, and let its recording have what they are answered."""
    rehearser.directory.mkdir()

    def recorded_server(workers: int) -> grpc.Server:
        return grpc.server(
            ThreadPoolExecutor(max_workers=workers), interceptors=[MonitorRecorder(rehearser.recording)]
        )

    monkeypatch.setattr(channels, "new_server", recorded_server)


@pytest.fixture
def rehearse(rehearser: Rehearser) -> Callable[..., Rehearsal]:
    """Write a program and rehearse it at once."""

    def write_and_run(source: str, *, up: bool = False, config: str = "", **files: str) -> Rehearsal:
        rehearser.write(source, config=config, **files)
        return rehearser.run(up=up)

    return write_and_run
