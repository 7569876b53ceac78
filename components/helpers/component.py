"""What all components share: their type token, their tags and the outputs that they register."""

import hashlib
import inspect
from collections.abc import Sequence
from typing import Any, Optional, TypeVar, cast

import pulumi

PACKAGE = "mailroute"
T = TypeVar("T")


class Component(pulumi.ComponentResource):
    """A component of this package; a subclass declares its outputs as annotations of the class."""

    def __init_subclass__(cls, **options: Any) -> None:
        """The schema shows the docstring as Markdown, where an indented paragraph would be code."""
        super().__init_subclass__(**options)
        cls.__doc__ = inspect.cleandoc(cls.__doc__ or "")

    def __init__(self, name: str, opts: Optional[pulumi.ResourceOptions] = None) -> None:
        super().__init__(f"{PACKAGE}:index:{type(self).__name__}", name, None, opts)
        self._after = pulumi.ResourceOptions(depends_on=opts.depends_on if opts else None)

    def _child(self, *depends_on: pulumi.Resource) -> pulumi.ResourceOptions:
        """The options of a child: after `depends_on`, and after all that the component itself depends on."""
        return pulumi.ResourceOptions.merge(
            pulumi.ResourceOptions(parent=self, depends_on=depends_on), self._after
        )

    def _publish(self) -> None:
        """Register every declared output under its name in the package's schema."""
        declared = inspect.get_annotations(type(self))
        self.register_outputs({camel(name): getattr(self, name) for name in declared})


def received(args: T) -> T:
    """`args` with whole numbers as `int`: from programs in other languages they arrive as `float`."""
    value: Any = args
    if isinstance(value, dict):
        value = {name: received(element) for name, element in value.items()}
    elif isinstance(value, list):
        value = [received(element) for element in value]
    elif isinstance(value, float) and value.is_integer():
        value = int(value)
    return cast(T, value)


def ownership(name: str) -> dict[str, Any]:
    """The tags of a resource: its name, and the stack that manages it."""
    return {"Name": f"{pulumi.get_stack()}-{name}", **stack_tags()}


def stack_tags() -> dict[str, str]:
    """The tags that every resource of this stack has, and no other resource."""
    return {"pulumi:project": pulumi.get_project(), "pulumi:stack": pulumi.get_stack()}


def digest(parts: Sequence[str]) -> str:
    """Eight characters for a logical name that changes with `parts`."""
    return hashlib.sha256(",".join(parts).encode()).hexdigest()[:8]


def camel(name: str) -> str:
    """`name` as the schema of the package and the config of a stack write it."""
    first, *rest = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)
