"""`aws-native` and `kubernetes`: what the program gives, and the names that the latter chooses.

An output that is not an input is unknown, and in an update every output: no cluster is asked.

Source: Pulumi Registry, "AWS Cloud Control" and "Kubernetes"; of the latter, "Auto-naming".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from ..shared import urns
from .package import Package

if TYPE_CHECKING:
    from .package import Creation


def _nothing(_creation: Creation) -> Mapping[str, Any]:
    return {}


def _named(creation: Creation) -> Mapping[str, Any]:
    """The object's name, which the provider chooses before it is created."""
    metadata = creation.inputs.get("metadata", {})
    if "kind" not in creation.inputs or not isinstance(metadata, Mapping):
        return {}
    if any(metadata.get(name) is not None for name in ("name", "generateName")):
        return {}
    name = f"{urns.name_of(creation.urn)}-{creation.bits('name', 4).hex()}"
    return {"metadata": {**metadata, "name": name}}


AWS_NATIVE: Final = Package(others=_nothing)
KUBERNETES: Final = Package(others=_named)
