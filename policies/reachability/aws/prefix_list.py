"""Managed prefix lists: the CIDR blocks that routes and rules name together.

Source: Amazon VPC User Guide, "Group CIDR blocks using managed prefix lists".
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from ..graph import tokens
from ..graph.references import Links
from ..values import UNKNOWN, Unknown, Value, elements, get

if TYPE_CHECKING:
    from ..graph.graph import Graph
    from ..graph.refusals import Refusals
    from ..graph.resource import Resource


class PrefixLists:
    """The prefix lists of one graph."""

    def __init__(self, graph: Graph, refusals: Refusals) -> None:
        self.graph = graph
        self.refusals = refusals

    def blocks(self, source: Resource, value: Value, prop: str) -> tuple[str, ...] | Unknown:
        """The CIDR blocks of the list that `value` stands for, in the property `prop` of `source`."""
        target = self.graph.ref(source, value, prop, tokens.PREFIX_LIST).target
        if target is None:
            return UNKNOWN
        separate = self._entries.to(target)
        entries = (*elements(target.declared("entries")), *(link.source.properties for link in separate))
        blocks = [get(entry, "cidr") for entry in entries]
        sure = all(link.certain and not self.refusals.of(link.source).findings for link in separate)
        if not sure or not all(isinstance(block, str) for block in blocks):
            return UNKNOWN
        return tuple(blocks)

    @cached_property
    def _entries(self) -> Links[Resource]:
        return Links(
            (entry, self.graph.named(entry, "prefixListId", tokens.PREFIX_LIST))
            for entry in self.graph.of_type(*tokens.PREFIX_LIST_ENTRY)
        )
