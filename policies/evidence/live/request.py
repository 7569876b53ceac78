"""One call to AWS: the action, and what to ask it for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from .actions import Action

_FILTER_VALUES: Final = 200
"""How many values one filter may have (Amazon EC2 API Reference, "Filters")."""


@dataclass(frozen=True)
class Request:
    """One call.

    Attributes:
        about: what each answer is about that AWS does not repeat in it.
        fields: what each answer has beside the fields of every answer to the action.
    """

    action: Action
    parameters: Mapping[str, Any] = field(default_factory=dict)
    about: Mapping[str, Any] = field(default_factory=dict)
    fields: tuple[str, ...] = ()


def filtered(action: Action, name: str, values: Iterable[str]) -> Iterator[Request]:
    """Calls for whatever has one of `values` in the field `name`: one for each 200 values."""
    parameter = "Filter" if action is Action.NAT_GATEWAYS else "Filters"
    listed = sorted(set(values))
    for start in range(0, len(listed), _FILTER_VALUES):
        chunk = listed[start : start + _FILTER_VALUES]
        yield Request(action, {parameter: [{"Name": name, "Values": chunk}]})
