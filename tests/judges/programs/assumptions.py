"""What a verdict may assume, and whether a program keeps to it.

`PLANNED_IDS`: the values in a property that a preview does not know are outputs of the resources that it
comes from, and where there are as many values as resources, of each of them. A list that is unknown as a
whole may hold anything that was there before in the VPC of what it comes from; of what the program creates,
only what it comes from: it does not look up the rest, of which the SDK would tell nothing.

`WILDCARD_OF_OTHER_DOMAIN`: a record for all names of a zone that nobody has read is not for the mail host.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reachability import UNKNOWN, Resource
from reachability.values import is_known
from tests.judges.compare import texts
from tests.judges.programs.types import COMPUTED, RECORD
from tests.judges.topologies import VPC, ZONE


def passes_outputs_on(
    before: Sequence[Resource], after: Sequence[Resource], vpcs: Mapping[str, str | None]
) -> bool:
    """Whether each single value that is unknown in a preview is an output of what it comes from.

    Args:
        before, after: the resources in the preview, and in the update.
        vpcs: by the id of what is in the account then, its VPC.
    """
    created = {each.key: each for each in after}
    outputs_of = {each.key: set(_outputs(each, created[each.key])) for each in before}
    new = {each.id for each in after}
    new |= {each.get(name) for each in after if each.type == VPC for name in COMPUTED[VPC]}
    for planned in before:
        now = created[planned.key]
        for prop, keys in planned.dependencies.items():
            values = list(_became(planned.get(prop), now.get(prop)))
            outputs = [outputs_of[key] for key in keys if key in outputs_of]
            if len(values) >= len(outputs) and not set(values) <= set().union(*outputs):
                return False
            others = set(_listed(planned.get(prop), now.get(prop))) - set().union(*outputs)
            if others & new:
                return False
            homes, theirs = ({vpcs.get(each) for each in ids} for ids in (others, set().union(*outputs)))
            if not homes <= theirs:
                return False
            if len(values) >= len(outputs) > len(set(values)):
                return False
    return True


def wildcards_are_apart(resources: Sequence[Resource], host: Any, account: Mapping[str, Any]) -> bool:
    """Whether no record of `resources` for all names of a zone is for the domain of `host`."""
    zones = (each for each in account["resources"] if each["type"] == ZONE)
    domains = {zone["id"]: zone["properties"].get("name") for zone in zones}
    wild = (each for each in resources if each.type == RECORD and each.get("name") == "*")
    return not any(str(host).lower().endswith(f".{domains.get(each.get('zoneId'))}") for each in wild)


def _became(before: Any, after: Any) -> Iterator[str]:
    """What the unknown texts in a value are after the update."""
    if before is UNKNOWN:
        if isinstance(after, str):
            yield after
    elif isinstance(before, Mapping):
        for name, value in before.items():
            yield from _became(value, after[name])
    elif isinstance(before, list):
        for value, other in zip(before, after, strict=True):
            yield from _became(value, other)


def _listed(before: Any, after: Any) -> list[Any]:
    """The elements of a list that a preview does not know as a whole."""
    return after if before is UNKNOWN and isinstance(after, list) else []


def _outputs(before: Resource, after: Resource) -> Iterator[str]:
    """What of a resource the update makes known: its inputs are known before."""
    yield str(after.id)
    yield from texts(
        {name: value for name, value in after.properties.items() if not is_known(before.get(name))}
    )
