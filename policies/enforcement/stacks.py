"""The stack that rules of the whole stack judge: the program's resources over what evidence shows."""

from __future__ import annotations

from collections.abc import Iterable

from reachability.graph import Graph, Resource
from rules.rule import Stack


def build(resources: Iterable[Resource]) -> Stack:
    """Build the stack of a program's `resources`."""
    program = Graph(resources)
    return Stack(program, program)
