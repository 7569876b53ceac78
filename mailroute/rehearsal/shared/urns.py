"""URNs: how Pulumi names the resources of a stack, and the names that aliases give them besides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pulumi.runtime.proto.alias_pb2 import Alias

STACK_TYPE: Final = "pulumi:pulumi:Stack"
STACK_REFERENCE_TYPE: Final = "pulumi:pulumi:StackReference"
PROVIDER_TYPE_PREFIX: Final = "pulumi:providers:"


def make(stack: str, project: str, parent: str, type_: str, name: str) -> str:
    """The URN of a resource beneath the URN `parent`, which is empty for one without."""
    outer = qualified_type(parent) if parent else STACK_TYPE
    qualified = type_ if outer == STACK_TYPE else f"{outer}${type_}"
    return f"urn:pulumi:{stack}::{project}::{qualified}::{name}"


def qualified_type(urn: str) -> str:
    """The types of the resource's ancestors and its own: `outer$inner`."""
    return urn.split("::", 3)[2]


def name_of(urn: str) -> str:
    """The resource's logical name."""
    return urn.split("::", 3)[3]


def type_of(urn: str) -> str:
    """The resource's own type token."""
    return qualified_type(urn).rsplit("$", 1)[-1]


def package_of(type_: str) -> str:
    """The package of a type or function token: `aws` of `aws:ec2/vpc:Vpc`, of `pulumi:providers:aws` too."""
    if type_.startswith(PROVIDER_TYPE_PREFIX):
        return type_[len(PROVIDER_TYPE_PREFIX) :]
    return type_.split(":", 1)[0]


def aliases(
    urn: str, parent: str, declared: Sequence[Alias], parent_aliases: Sequence[str]
) -> tuple[str, ...]:
    """Every URN that a resource may have had: by its own aliases, and by those of its parent."""
    own = [_collapse(alias, urn, parent) for alias in declared]
    inherited = [
        _beneath(urn, type_of(former), name_of(former), name_of(parent), parent_alias)
        for parent_alias in parent_aliases
        for former in (urn, *own)
    ]
    return tuple(alias for alias in dict.fromkeys((*own, *inherited)) if alias != urn)


def _collapse(alias: Alias, urn: str, parent: str) -> str:
    if alias.WhichOneof("alias") == "urn":
        return alias.urn
    spec = alias.spec
    stack, project = urn.removeprefix("urn:pulumi:").split("::", 2)[:2]
    former_parent = "" if spec.noParent else spec.parentUrn or parent
    return make(
        spec.stack or stack,
        spec.project or project,
        former_parent,
        spec.type or type_of(urn),
        spec.name or name_of(urn),
    )


def _beneath(urn: str, type_: str, name: str, parent_name: str, parent_alias: str) -> str:
    """What a child was called beneath a former name of its parent, whose name its own may begin with."""
    if name.startswith(parent_name):
        name = name_of(parent_alias) + name[len(parent_name) :]
    stack, project = urn.removeprefix("urn:pulumi:").split("::", 2)[:2]
    return make(stack, project, parent_alias, type_, name)
