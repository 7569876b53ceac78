"""The components in a program in YAML: Pulumi constructs them in a process of their own."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.official.cli import ROOT, Cli, cli_for
from tests.official.environment import make_environment

pytestmark = pytest.mark.pulumi

REPORT_WHAT_IS_OPEN = {
    "apprunner-egress-route": {"undetermined": "advisory"},
    "nat-gateway-usable": {"undetermined": "advisory"},
}


@pytest.fixture
def cli(tmp_path: Path) -> Iterator[Cli]:
    with cli_for("remote", tmp_path) as made:
        package = made.program / "components"
        shutil.copytree(ROOT / "components", package, ignore=shutil.ignore_patterns("__pycache__", ".venv"))
        make_environment(package / ".venv", package / "requirements.txt")
        yield made


def test_what_a_preview_leaves_open_an_update_decides(cli: Cli, tmp_path: Path) -> None:
    """An output of such a component comes, as a program in YAML has it, from the component as a whole."""
    config = tmp_path / "config.json"
    config.write_text(json.dumps(REPORT_WHAT_IS_OPEN), encoding="utf-8")

    first = cli.deploy("preview")
    assert first.status == 1
    assert {resource for _, resource, _ in first.blocking} == {"service", "egress-us-east-1a"}
    assert "shop is not known to reach smtp-relay.brevo.com:587" in first.text
    assert cli.state() == {}

    update = cli.deploy("up", "--policy-pack-config", str(config))
    assert update.status == 0, update.text

    second = cli.deploy("preview")
    assert (second.status, second.violations) == (0, ()), second.text
    state = cli.analyze()
    assert (state.status, state.violations) == (0, ()), state.text
