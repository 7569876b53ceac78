"""The resources of a deployment: which names are taken, what is completed, what is being registered."""

from __future__ import annotations

import threading
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..result import RehearsalError
from ..shared import urns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ..result import PlannedResource


class Registry:
    """Every resource of a deployment, by URN. Thread-safe."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._reserved: set[str] = set()
        self._parents: dict[str, str] = {}
        self._pending: set[str] = set()
        self._components: set[str] = set()
        self._children: dict[str, list[str]] = {}
        self._registering: Counter[str] = Counter()
        self._resources: dict[str, PlannedResource] = {}

    def reserve(self, urn: str, parent: str) -> None:
        """Take the name `urn`.

        Raises:
            RehearsalError: another resource has it.
        """
        with self._changed:
            if urn in self._reserved:
                raise RehearsalError(
                    f"{urns.type_of(urn)} {urns.name_of(urn)!r} is registered twice, as {urn}: "
                    "give each its own name"
                )
            self._reserved.add(urn)
            self._parents[urn] = parent

    def ancestors(self, parent: str) -> Iterator[str]:
        """`parent` and the resources above it, from the inside out."""
        while parent:
            yield parent
            parent = self._parents.get(parent, "")

    @contextmanager
    def registering(self, parent: str) -> Iterator[None]:
        """While a resource beneath `parent` is being registered."""
        with self._changed:
            self._registering[parent] += 1
        try:
            yield
        finally:
            with self._changed:
                self._registering[parent] -= 1
                self._changed.notify_all()

    def settle(self, urn: str, *, custom: bool, exists: bool) -> None:
        """Note that a resource's registration or reading is done: `exists` says whether its id is known."""
        with self._changed:
            self._children.setdefault(self._parents[urn], []).append(urn)
            if not custom:
                self._components.add(urn)
            elif not exists:
                self._pending.add(urn)
            self._changed.notify_all()

    def has_pending(self, roots: Iterable[str]) -> bool:
        """Whether one of `roots`, or of what the components among them hold, does not exist yet.

        Waits for what is being registered beneath those components.
        """
        with self._changed:
            while True:
                pending, components = self._expand(roots)
                if pending:
                    return True
                if not any(self._registering[urn] for urn in components):
                    return False
                self._changed.wait()

    def _expand(self, roots: Iterable[str]) -> tuple[bool, set[str]]:
        components: set[str] = set()
        queue = list(roots)
        while queue:
            urn = queue.pop()
            if urn in self._pending:
                return True, components
            if urn in self._components and urn not in components:
                components.add(urn)
                queue.extend(self._children.get(urn, ()))
        return False, components

    def put(self, resource: PlannedResource) -> None:
        """Keep a resource, or its new state."""
        with self._changed:
            self._resources[resource.urn] = resource

    def replace_outputs(self, urn: str, outputs: Mapping[str, Any]) -> None:
        """Give a resource the outputs that it registers after its completion.

        Raises:
            RehearsalError: there is no such resource.
        """
        with self._changed:
            if urn not in self._resources:
                raise RehearsalError(f"outputs are registered for {urn}, which is no resource of the program")
            self._resources[urn] = replace(self._resources[urn], outputs=outputs)

    def find(self, urn: str) -> PlannedResource | None:
        with self._changed:
            return self._resources.get(urn)

    def all(self) -> tuple[PlannedResource, ...]:
        """Every resource so far, in the order of their completion."""
        with self._changed:
            return tuple(self._resources.values())
