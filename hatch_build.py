"""What the build adds to the wheel: the policy pack, inside the package."""

from __future__ import annotations

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PolicyPackHook(BuildHookInterface):  # type: ignore[type-arg]  # the interface's parameter is the builder's own config
    """An editable install uses the pack where it is."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version != "editable":
            build_data["force_include"]["policies"] = "mailroute/policies"
