"""Checkov's graph checks over the same resources, in an environment of their own."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .graph import Stack, stack
from .terraform_plan import plan

CHECKOV: Final = Path(__file__).parent.parent / ".venv" / "checkov" / "bin" / "checkov"
GRAPH_CHECKS: Final = "CKV2_AWS_*"


@dataclass(frozen=True)
class Scan:
    """What a scan cost, from the start of the process to its end: seconds, and MiB at its peak."""

    seconds: float
    memory: float


class Checkov:
    """Checkov's graph checks. What it takes to look at a single resource is its start."""

    def __init__(self) -> None:
        single = Stack(stack(1_000).resources[:1], frozenset())
        # The first scan also compiles what is loaded, which is no part of a start.
        self.start = min(self.scan(single).seconds for _ in range(3))

    def scan(self, planned: Stack) -> Scan:
        """Run the graph checks over `planned`.

        Raises:
            SystemExit: Checkov failed, or did not see every resource.
        """
        with tempfile.TemporaryDirectory() as folder:
            source, report = Path(folder, "plan.json"), Path(folder, "report.json")
            source.write_text(json.dumps(plan(planned)))
            command = [
                str(CHECKOV), "--file", str(source), "--framework", "terraform_plan", "--check", GRAPH_CHECKS,
                "--output", "json", "--compact", "--quiet", "--soft-fail", "--skip-download",
            ]  # fmt: skip
            began = time.perf_counter()
            with report.open("w") as output:
                process = subprocess.Popen(command, cwd=folder, stdout=output)
                _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - began
            if status:
                raise SystemExit(f"bench: Checkov failed with status {os.waitstatus_to_exitcode(status)}")
            seen = json.loads(report.read_text())["summary"]["resource_count"]
        if seen != len(planned.resources):
            raise SystemExit(f"bench: Checkov saw {seen} of {len(planned.resources)} resources")
        return Scan(seconds, usage.ru_maxrss / 1024)
