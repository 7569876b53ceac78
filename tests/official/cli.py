"""The official CLI over a program in any language, with an account and a backend of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mailroute.rehearsal.account import Account
from mailroute.rehearsal.official.log import Log
from mailroute.rehearsal.official.workspace import environment
from mailroute.rehearsal.provider.server import ProviderServer

ROOT = Path(__file__).parents[2]
PACK = ROOT / "policies"
PROGRAMS = Path(__file__).parent / "programs"
STACK = "dev"

_HOSTS = {"yaml": "yaml", "adopting": "yaml", "remote": "yaml", "typescript": "nodejs", "python": "python"}
_SOURCES = ("__main__.py", "index.ts", "Pulumi.yaml")


@dataclass(frozen=True)
class Violation:
    """What the engine says of one violation."""

    rule: str
    level: str
    resource: str
    message: str

    @property
    def codes(self) -> str:
        """Its codes: the first line of a message is the description of the rule."""
        return self.message.partition("\n")[2].partition(": ")[0]


@dataclass(frozen=True)
class Done:
    """How a command ended: what it printed, and what its event log says of policies."""

    status: int
    text: str
    violations: tuple[Violation, ...]

    @property
    def blocking(self) -> list[tuple[str, str, str]]:
        """The mandatory violations: rule, resource, codes."""
        found = [each for each in self.violations if each.level == "mandatory"]
        return [(each.rule, each.resource, each.codes) for each in found]


class Cli:
    """The CLI in the folder of a program, which has one stack, `dev`."""

    def __init__(self, program: Path, scratch: Path, provider_port: int) -> None:
        self.program = program
        self._calls = scratch / "calls.json"
        self._events = scratch / "events.json"
        backend = scratch / "state"
        backend.mkdir(parents=True)
        self._environment: Mapping[str, str] = {
            **environment(backend, self._calls, provider_port),
            "PULUMI_HOME": str(scratch / "home"),
            "PWD": str(program),
        }
        made = self.run("stack", "init", STACK)
        assert made.status == 0, made.text

    def run(self, *command: str, **variables: str) -> Done:
        """Run a command that may fail, with environment variables beside the usual ones."""
        self._calls.unlink(missing_ok=True)
        done = subprocess.run(
            ["pulumi", *command, "--non-interactive", "--color", "never"],
            cwd=self.program,
            env={**self._environment, **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=180,
            check=False,
        )
        return Done(done.returncode, done.stdout, ())

    def deploy(self, operation: str, *options: str, pack: Path | None = PACK, **variables: str) -> Done:
        """Run `preview` or `up`, both as they are without options but that nobody is asked."""
        self._events.unlink(missing_ok=True)
        asked = ["--yes"] if operation == "up" else []
        judged = ["--policy-pack", str(pack)] if pack else []
        logged = ["--event-log", str(self._events)]
        done = self.run(operation, "--stack", STACK, *asked, *judged, *logged, *options, **variables)
        return Done(done.status, done.text, tuple(_violations(Log(self._events).new_entries())))

    def analyze(self, *options: str, pack: Path = PACK, **variables: str) -> Done:
        """Run `policy analyze`, of the stack unless the options name a file."""
        of = [] if "--file" in options else ["--stack", STACK]
        command = ["policy", "analyze", "--json", *of, "--policy-pack", str(pack)]
        done = self.run(*command, *options, **variables)
        events = (json.loads(line) for line in done.text.splitlines() if line.startswith("{"))
        return Done(done.status, done.text, tuple(_violations(events)))

    def state(self) -> dict[str, Any]:
        """The resources that the stack has, by name."""
        exported = json.loads(self.run("stack", "export", "--stack", STACK).text)
        return {entry["urn"]: entry for entry in exported["deployment"].get("resources", ())}

    def shown_to_the_pack(self) -> list[dict[str, Any]]:
        """The resources of the last AnalyzeStack."""
        calls = [
            call
            for call in Log(self._calls).new_entries()
            if call["method"].endswith("/AnalyzeStack") and call.get("progress") == "response_completed"
        ]
        shown: list[dict[str, Any]] = calls[-1]["request"]["resources"]
        return shown


def _violations(events: Iterator[dict[str, Any]]) -> Iterator[Violation]:
    for event in events:
        if "policyEvent" in event:
            found = event["policyEvent"]
            yield Violation(
                found["policyName"],
                found["enforcementLevel"],
                found["resourceUrn"].rpartition("::")[2],
                found["message"],
            )


def require(program: str) -> None:
    """Skip a test of a program where the CLI cannot run it."""
    host = f"pulumi-language-{_HOSTS[program]}"
    if not shutil.which("pulumi"):
        pytest.skip("needs the official Pulumi CLI on PATH: https://www.pulumi.com/docs/install/")
    if not shutil.which(host):
        pytest.skip(f"needs {host} on PATH: it comes with the Pulumi CLI")
    if program == "typescript" and not (PROGRAMS / program / "node_modules").is_dir():
        pytest.skip(
            "needs its packages: `npm install --ignore-scripts` in tests/official/programs/typescript"
        )


@contextmanager
def cli_for(
    program: str, scratch: Path, *, account: Account | None = None, change: tuple[str, str] = ("", "")
) -> Iterator[Cli]:
    """The CLI over a copy of a program, in whose source one text is replaced by another."""
    require(program)
    copy = scratch / "program"
    shutil.copytree(PROGRAMS / program, copy, ignore=shutil.ignore_patterns("node_modules"))
    if program == "typescript":
        (copy / "node_modules").symlink_to(PROGRAMS / program / "node_modules")
    source = next(path for name in _SOURCES if (path := copy / name).exists())
    text = source.read_text(encoding="utf-8")
    assert change[0] in text
    source.write_text(text.replace(*change), encoding="utf-8")
    with ProviderServer(account or Account.empty("us-east-1")) as server:
        yield Cli(copy, scratch / "cli", server.port)
