"""Drives a real policy pack process, as the engine does, and measures what that costs."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import grpc
from google.protobuf.empty_pb2 import Empty
from google.protobuf.json_format import MessageToDict
from pulumi.runtime.proto import analyzer_pb2 as proto
from pulumi.runtime.proto import analyzer_pb2_grpc

from .graph import PROJECT, STACK
from .messages import Messages

MESSAGE_LIMIT: Final = 400 * 1024 * 1024
"""What Pulumi's engine and its policy SDK accept in one message."""
_SERVICE: Final = "/pulumirpc.Analyzer"


@dataclass(frozen=True)
class Cost:
    """What a pack cost, and the violations it reported, each by policy, resource and codes.

    Attributes:
        start, resources, stack: seconds until it was configured, for the resources one by one, and for
            the stack.
        cpu: seconds of processor time of its process: what a busy machine does not change.
        memory: MiB at its peak.
    """

    start: float
    resources: float
    stack: float
    cpu: float
    memory: float
    violations: Counter[tuple[str, str, str]]

    @property
    def seconds(self) -> float:
        return self.start + self.resources + self.stack


def run(pack: Path, messages: Messages) -> Cost:
    """Judge `messages` with the pack in the folder `pack`, in a process of its own."""
    began = time.perf_counter()
    with _process(pack) as (process, channel):
        _configure(channel)
        started = time.perf_counter()

        remediate = channel.unary_unary(f"{_SERVICE}/Remediate", None, proto.RemediateResponse.FromString)
        analyze = channel.unary_unary(f"{_SERVICE}/Analyze", None, proto.AnalyzeResponse.FromString)
        analyze_stack = channel.unary_unary(
            f"{_SERVICE}/AnalyzeStack", None, proto.AnalyzeResponse.FromString
        )

        diagnostics = []
        for request in messages.resources:
            remediate(request)
            diagnostics += analyze(request).diagnostics
        analyzed = time.perf_counter()
        diagnostics += analyze_stack(messages.stack).diagnostics
        return Cost(
            start=started - began,
            resources=analyzed - started,
            stack=time.perf_counter() - analyzed,
            cpu=_processor_time(process.pid),
            memory=_peak_memory(process.pid),
            violations=Counter(map(_violation, diagnostics)),
        )


def _violation(found: proto.AnalyzeDiagnostic) -> tuple[str, str, str]:
    codes, _, _ = found.message.removeprefix(f"{found.description}\n").partition(": ")
    return found.policyName, found.urn.rpartition("::")[2], codes


@contextmanager
def _process(pack: Path) -> Iterator[tuple[subprocess.Popen[str], grpc.Channel]]:
    environment = {
        **os.environ,
        "PULUMI_PROJECT": PROJECT,
        "PULUMI_STACK": STACK,
        "PULUMI_DRY_RUN": "true",
        "MAILROUTE_EVIDENCE": "none",
    }
    command = [sys.executable, "-u", "-m", "pulumi.policy", "127.0.0.1:1", "."]
    with subprocess.Popen(command, cwd=pack, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            port = process.stdout.readline().strip()
            if not port:
                raise SystemExit(f"bench: the pack in {pack} did not start")
            options = [
                ("grpc.max_send_message_length", MESSAGE_LIMIT),
                ("grpc.max_receive_message_length", MESSAGE_LIMIT),
            ]
            with grpc.insecure_channel(f"127.0.0.1:{port}", options) as channel:
                yield process, channel
        finally:
            process.kill()


def _configure(channel: grpc.Channel) -> None:
    """Give every policy its own level and the defaults of its schema, as the engine does."""
    analyzer = analyzer_pb2_grpc.AnalyzerStub(channel)
    info = analyzer.GetAnalyzerInfo(Empty(), wait_for_ready=True)
    request = proto.ConfigureAnalyzerRequest()
    for policy in info.policies:
        config = request.policyConfig[policy.name]
        config.enforcementLevel = policy.enforcementLevel
        config.properties.update(
            {
                name: schema["default"]
                for name, schema in MessageToDict(policy.configSchema.properties).items()
                if "default" in schema
            }
        )
    analyzer.Configure(request)


def _processor_time(pid: int) -> float:
    """The processor time of a process, in seconds (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _peak_memory(pid: int) -> float:
    """The peak resident memory of a process, in MiB (Linux)."""
    status = Path(f"/proc/{pid}/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024
