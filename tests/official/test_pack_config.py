"""The pack's configuration decides the same on both engines: levels, options, exceptions, mistakes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mailroute.rehearsal import embedded, official
from mailroute.rehearsal.account import Account
from mailroute.rehearsal.project import Project
from mailroute.rehearsal.result import Rehearsal, RehearsalError
from tests.official.cli import PACK, PROGRAMS, STACK, require
from tests.official.test_languages import NO_DEFAULT_ROUTE

RULE = "apprunner-egress-route"
EXCEPTION = {"resource": "service", "reason": "until the gateway is paid for", "expires": "2999-12-31"}
ENGINES = {"embedded": embedded.rehearse, "pulumi": official.rehearse}
BLOCKED = (RULE, "mandatory", "service")
REPORTED = (RULE, "advisory", "service")
ACCEPTED = ("advisories", "advisory", "service")
OF_THE_STACK = (RULE, "mandatory", "shop-dev")

Rehearse = Callable[[Any], Rehearsal]


@pytest.fixture(params=["embedded", pytest.param("pulumi", marks=pytest.mark.pulumi)])
def rehearse(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rehearse:
    """Rehearses a program that has no default route, with a configuration of the pack."""
    if request.param == "pulumi":
        require("python")
    monkeypatch.setenv("MAILROUTE_EVIDENCE", "")
    program = tmp_path / "program"
    shutil.copytree(PROGRAMS / "python", program)
    source = program / "__main__.py"
    source.write_text(
        source.read_text(encoding="utf-8").replace(*NO_DEFAULT_ROUTE["python"]), encoding="utf-8"
    )

    def run(config: Any) -> Rehearsal:
        file = tmp_path / "config.json"
        file.write_text(config if isinstance(config, str) else json.dumps(config), encoding="utf-8")
        return ENGINES[request.param](
            Project.load(program, STACK),
            Account.empty("us-east-1"),
            up=False,
            packs=[PACK],
            pack_config=file,
            timeout=120,
            on_event=lambda _event: None,
        )

    return run


@pytest.mark.parametrize(
    ("config", "reported"),
    [
        ({}, [BLOCKED]),
        ({RULE: "disabled"}, []),
        ({RULE: {"enforcementLevel": "advisory"}}, [REPORTED]),
        ({"all": "disabled", RULE: "advisory"}, [REPORTED]),
        ({"all": "advisory", RULE: {"enforcementLevel": "mandatory"}}, [BLOCKED]),
        ({"no-such-rule": "disabled"}, [BLOCKED]),
    ],
)
def test_levels(rehearse: Rehearse, config: Any, reported: list[tuple[str, str, str]]) -> None:
    rehearsal = rehearse(config)
    assert _reported(rehearsal) == reported
    assert rehearsal.ok is (BLOCKED not in reported)


@pytest.mark.parametrize(
    ("options", "reported", "said"),
    [
        (
            {"exceptions": [EXCEPTION]},
            [ACCEPTED],
            f"({RULE}, accepted until 2999-12-31: until the gateway is paid for) shop cannot reach",
        ),
        (
            {"exceptions": [{**EXCEPTION, "code": "NAT_SUBNET_NOT_PUBLIC"}]},
            [BLOCKED],
            "NO_ROUTE_TO_DESTINATION: shop cannot reach smtp-relay.brevo.com:587",
        ),
        (
            {"exceptions": [{**EXCEPTION, "expires": "2026-01-04"}]},
            [BLOCKED, OF_THE_STACK],
            "EXCEPTION_EXPIRED: the exception for 'service' does not count: it expired on 2026-01-04",
        ),
        (
            {"exceptions": [{**EXCEPTION, "reason": " "}]},
            [BLOCKED, OF_THE_STACK],
            "EXCEPTION_INVALID: the exception for 'service' does not count: it has no reason",
        ),
        (
            {
                "ignoredVariables": ["SMTP_HOST", "SMTP_PORT"],
                "destinations": [{"host": "a.example.com", "port": 443, "optional": True}],
            },
            [ACCEPTED],
            f"({RULE}, optional) shop cannot reach a.example.com:443",
        ),
        (
            {"destination": []},
            [BLOCKED, OF_THE_STACK],
            f"CONFIG_INVALID: option 'destination' of {RULE}: there is no such option; there are",
        ),
    ],
)
def test_options(
    rehearse: Rehearse, options: dict[str, Any], reported: list[tuple[str, str, str]], said: str
) -> None:
    rehearsal = rehearse({RULE: options})
    assert _reported(rehearsal) == reported
    assert any(said in result.message for result in rehearsal.policies)


@pytest.mark.parametrize(
    ("config", "names"),
    [
        ({RULE: {"hostVariables": "SMTP_HOST"}}, [RULE, "hostVariables"]),
        ({RULE: {"exceptions": [{"resource": "x", "expires": "2999-12-31"}]}}, ["exceptions.0", "reason"]),
        ({RULE: {"exceptions": [{**EXCEPTION, "expires": "soon"}]}}, ["exceptions.0.expires"]),
        ({RULE: "loud"}, [RULE, "loud"]),
        ({"no-such-rule": {"exceptions": []}}, ["nforcement"]),
        ("{", ["JSON"]),
    ],
)
def test_a_mistake_is_one_line_before_the_program_runs(
    rehearse: Rehearse, config: Any, names: list[str], tmp_path: Path
) -> None:
    (tmp_path / "program" / "__main__.py").write_text(
        f"import pathlib\npathlib.Path({str(tmp_path / 'ran')!r}).touch()\n", encoding="utf-8"
    )
    with pytest.raises(RehearsalError) as refused:
        rehearse(config)
    assert "\n" not in str(refused.value)
    assert [name for name in names if name not in str(refused.value)] == []
    assert not (tmp_path / "ran").exists()


def _reported(rehearsal: Rehearsal) -> list[tuple[str, str, str]]:
    return sorted(
        (result.policy, result.level.value, result.urn.rpartition("::")[2]) for result in rehearsal.policies
    )
