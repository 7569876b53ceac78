"""Changing the word `route`: what the two programs share stays as it is, but for the service's settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

SERVICE = "aws:apprunner/service:Service::service"
SWITCHES = [
    (stack, old, new)
    for stack in ("prod", "dev")
    for old in ("ses", "nat", "both")
    for new in ("ses", "nat", "both")
    if old != new
]
switches = pytest.mark.parametrize(("stack", "old", "new"), SWITCHES)


@switches
def test_nothing_that_stays_is_replaced(program: Callable[..., Any], stack: str, old: str, new: str) -> None:
    before = program(stack, route=old, domain="daadaar.com").custom
    after = program(stack, route=new, domain="daadaar.com").custom
    changed = {
        (key, name)
        for key in before.keys() & after.keys()
        for name in before[key].inputs.keys() | after[key].inputs.keys()
        if before[key].inputs.get(name) != after[key].inputs.get(name)
    }
    assert changed <= {
        (SERVICE, "sourceConfiguration")  # updated in place: the old instances serve until the new are well
    }


@switches
def test_no_replacement_would_delete_first(
    program: Callable[..., Any], stack: str, old: str, new: str
) -> None:
    """A resource with a name of one's own is deleted before it is created again: none on the path has one."""
    for route in (old, new):
        for resource in program(stack, route=route, domain="daadaar.com").custom.values():
            assert not resource.delete_before_replace
            assert "name" not in resource.inputs or resource.type == "aws:route53/record:Record"


def test_connector_name_changes_with_subnets_and_group(
    program: Callable[..., Any],
) -> None:
    def name(**changes: Any) -> str:
        graph = program("prod", **changes)
        found: str = graph.one("aws:apprunner/vpcConnector:VpcConnector").inputs["vpcConnectorName"]
        return found

    both = ["subnet-058489269eab00608", "subnet-0a836887b9508ed97"]
    names = [name(), name(privateSubnetIds=both[:1]), name(privateSubnetIds=both[1:])]
    assert len(set(names)) == 3
    assert name(privateSubnetIds=both[::-1]) == name(route="nat") == names[0]
    assert all(4 <= len(one) <= 40 and one.startswith("daadaar-backend-") for one in names)
