"""The pack over programs in other languages: told the same, it says the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.official.cli import cli_for

pytestmark = pytest.mark.pulumi

LANGUAGES = ("yaml", "typescript", "python")
NAT_IN_PRIVATE_SUBNET = {
    "yaml": ("subnetId: ${public.id}\n      allocationId", "subnetId: ${private-a.id}\n      allocationId"),
    "typescript": ("subnetId: subnets.public.id", "subnetId: subnets.privateA.id"),
    "python": ("subnet_id=public.id", "subnet_id=private_a.id"),
}
NO_DEFAULT_ROUTE = {
    "yaml": ("destinationCidrBlock: 0.0.0.0/0", "destinationCidrBlock: 10.9.0.0/16"),
    "typescript": ('destinationCidrBlock: "0.0.0.0/0"', 'destinationCidrBlock: "10.9.0.0/16"'),
    "python": ('destination_cidr_block="0.0.0.0/0"', 'destination_cidr_block="10.9.0.0/16"'),
}
BREAKAGES = [
    pytest.param(
        NAT_IN_PRIVATE_SUBNET,
        [
            ("apprunner-egress-route", "service", "NAT_SUBNET_NOT_PUBLIC"),
            ("nat-gateway-usable", "nat", "NAT_SUBNET_NOT_PUBLIC"),
        ],
        id="nat-in-private-subnet",
    ),
    pytest.param(
        NO_DEFAULT_ROUTE,
        [("apprunner-egress-route", "service", "NO_ROUTE_TO_DESTINATION")],
        id="no-default-route",
    ),
]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_good_program_passes(language: str, tmp_path: Path) -> None:
    with cli_for(language, tmp_path) as cli:
        preview = cli.deploy("preview")
        assert (preview.status, preview.violations) == (0, ()), preview.text
        update = cli.deploy("up")
        assert (update.status, update.violations) == (0, ()), update.text
        assert [urn for urn in cli.state() if urn.endswith("::aws:apprunner/service:Service::service")]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("breakage", "findings"), BREAKAGES)
def test_a_broken_program_is_stopped_before_anything_is_created(
    language: str,
    breakage: dict[str, tuple[str, str]],
    findings: list[tuple[str, str, str]],
    tmp_path: Path,
) -> None:
    with cli_for(language, tmp_path, change=breakage[language]) as cli:
        for operation in ("preview", "up"):
            done = cli.deploy(operation)
            assert (done.status, done.blocking) == (1, findings), done.text
        assert cli.state() == {}


@pytest.mark.parametrize("language", ["yaml", "python"])
def test_without_a_preview_the_update_finds_a_broken_path(language: str, tmp_path: Path) -> None:
    with cli_for(language, tmp_path, change=NO_DEFAULT_ROUTE[language]) as cli:
        done = cli.deploy("up", "--skip-preview")
        assert done.status == 1
        assert done.blocking == [("apprunner-egress-route", "service", "NO_ROUTE_TO_DESTINATION")]
        assert "urn:pulumi:dev::shop::aws:apprunner/service:Service::service" in cli.state()


@pytest.mark.parametrize("language", ["yaml", "typescript"])
def test_the_pack_is_told_the_same_as_by_python(language: str, tmp_path: Path) -> None:
    """Values, what is not known of them, and which resources they come from."""
    shown = []
    for each in ("python", language):
        with cli_for(each, tmp_path / each) as cli:
            assert cli.deploy("preview").status == 0
            shown.append({resource["urn"]: _comparable(resource) for resource in cli.shown_to_the_pack()})
    python, other = shown
    providers = {urn for told in shown for urn in told if "::pulumi:providers:" in urn}
    assert {urn: told for urn, told in other.items() if urn not in providers} == {
        urn: told for urn, told in python.items() if urn not in providers
    }


def _comparable(resource: dict[str, Any]) -> dict[str, Any]:
    """What is told of a resource, without what an SDK may choose: its provider, a text that nobody set."""
    kept = {"properties", "parent", "type", "dependencies", "propertyDependencies"} & resource.keys()
    told = {name: _ordered(resource[name]) for name in kept}
    told["properties"].pop("description", None)
    return told


def _ordered(value: Any) -> Any:
    """`value` with its URNs in order: dependencies come in that of a race."""
    if isinstance(value, dict):
        return {name: _ordered(part) for name, part in value.items()}
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return sorted(value)
    return [_ordered(part) for part in value] if isinstance(value, list) else value
