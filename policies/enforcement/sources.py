"""Where values come from, as the engine says it and the policy SDK does not hand on.

Of the resources that a property depends on, the SDK drops those that are not in the stack: what a program
only reads (`.get()`, a `StackReference`). Without them, a list made of a created subnet and one that is
read looks as if it were made of the created one alone, and the other goes unjudged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pulumi_policy.policy as sdk
from pulumi_policy import PolicyResource


class Sources:
    """By resource and top-level property: the URNs that its value comes from, read ones among them."""

    def __init__(self) -> None:
        self._by_urn: Mapping[str, Mapping[str, tuple[str, ...]]] = {}

    def watch(self) -> None:
        """See each stack before the SDK does: it has no interface of its own for this.

        Raises:
            AttributeError: this version of the SDK serves stacks in another way. Then the pack must not
                start: it would let pass what it does not see.
        """
        served: Any = sdk._PolicyAnalyzerServicer.AnalyzeStack

        def analyze_stack(servicer: Any, request: Any, context: Any) -> Any:
            self.read(request.resources)
            return served(servicer, request, context)

        sdk._PolicyAnalyzerServicer.AnalyzeStack = analyze_stack  # type: ignore[method-assign]

    def read(self, resources: Iterable[Any]) -> None:
        """Take the dependencies of a stack as it is on the wire (`AnalyzerResource`)."""
        self._by_urn = {
            resource.urn: {name: tuple(found.urns) for name, found in resource.propertyDependencies.items()}
            for resource in resources
        }

    def of(self, resource: PolicyResource) -> Mapping[str, tuple[str, ...]]:
        """What the properties of `resource` come from; as the SDK has it where nobody watched."""
        if resource.urn in self._by_urn:
            return self._by_urn[resource.urn]
        return {
            name: tuple(source.urn for source in sources)
            for name, sources in resource.property_dependencies.items()
        }
