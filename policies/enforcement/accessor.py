"""Turns what the policy SDK hands over into resources with known, unknown and absent values.

The SDK raises wherever a value that is not known yet is touched, takes that for the end of the whole
policy, and lets the stack pass. Its wrappers are read here and nowhere else, by what they promise:
their keys and their length are safe, and reading an element gives it or raises `UnknownValueError`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from pulumi_policy import PolicyProviderResource, PolicyResource, ResourceValidationArgs
from pulumi_policy.proxy import UnknownValueError

from reachability import kinds
from reachability.graph import Resource
from reachability.places import Provider, placed
from reachability.values import ABSENT, UNKNOWN, Value

from .sources import Sources

STACK_TYPE: Final = "pulumi:pulumi:Stack"

_REDACTED: Final = "[secret]"
"""What stands in a state for a secret that `pulumi policy analyze` cannot decrypt, whatever its type."""

_CREATED_OF_NOTHING: Final = (
    *kinds.INTERNET_GATEWAY,
    *kinds.EIP,
    kinds.VPC[1],
    kinds.DEFAULT_SECURITY_GROUP,
    kinds.DHCP_OPTIONS[1],
)
"""The types of which a program may create a resource without any input."""


class Properties(Mapping[str, Value]):
    """The properties of one resource, each converted when it is first read.

    A provider may show a set with an unknown element as wholly unknown, or leave it out: what the
    program declared then stands in. One that is not configured yet shows nothing at all: then every
    property that is not declared is unknown.
    """

    def __init__(self, outputs: Mapping[str, Any], declared: Mapping[str, Value]) -> None:
        self._outputs = outputs
        self._declared = declared
        self._read: dict[str, Value] = {}

    def __getitem__(self, name: str) -> Value:
        if name not in self._read:
            self._read[name] = self._value(name)
        value = self._read[name]
        if value is ABSENT:
            raise KeyError(name)
        return value

    def _value(self, name: str) -> Value:
        try:
            value = _element(self._outputs, name)
        except KeyError:
            value = ABSENT if len(self._outputs) else UNKNOWN
        if value is UNKNOWN or value is ABSENT or value is None:
            return self._declared.get(name, value)
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys((*self._outputs, *self._declared)))

    def __len__(self) -> int:
        return len(set(self._outputs) | set(self._declared))


class Declarations:
    """The resources as the program declared them, by URN: remembered until the stack is judged.

    Args:
        sources: where the values of the stack that is judged come from.
        stored: whether they come from a stack's state and no program runs. Then what the program has
            only read (`.get()`) comes by as well, which nothing but its lack of inputs tells.
    """

    def __init__(self, sources: Sources, *, stored: bool = False) -> None:
        self._sources = sources
        self._stored = stored
        self._resources: dict[str, Resource] = {}
        self._providers: dict[str, Provider] = {}

    def remember(self, args: ResourceValidationArgs) -> Resource:
        """The resource of `args`, which the SDK hands over once for every policy.

        The stack itself is always the first: with it, a new deployment begins.
        """
        if args.resource_type == STACK_TYPE:
            self._resources.clear()
            self._providers.clear()
        resource = self._resources.get(args.urn)
        if resource is None:
            properties = _plain(args.props)
            declared = Resource(
                key=args.urn,
                type=args.resource_type,
                name=args.name,
                properties=properties,
                parent=args.opts.parent,
                inputs=frozenset(properties),
            )
            resource = self._resources[args.urn] = placed(declared, self._provider(args.provider))
        return resource

    def find(self, urn: str) -> Resource | None:
        """The resource as it was declared, if it came by."""
        return self._resources.get(urn)

    def with_outputs(self, resources: Iterable[PolicyResource]) -> tuple[Resource, ...]:
        """The resources that a stack manages: their outputs, over what was declared of them."""
        found = (self._with_outputs(resource) for resource in resources)
        return tuple(resource for resource in found if self.manages(resource))

    def manages(self, resource: Resource) -> bool:
        """Whether a resource is the stack's own, and not one that its program only reads."""
        if not self._stored or not resource.type.startswith("aws:"):
            return True
        return resource.inputs != frozenset() or resource.type in _CREATED_OF_NOTHING

    def _with_outputs(self, resource: PolicyResource) -> Resource:
        declared = self._resources.get(resource.urn)
        properties = Properties(resource.props, declared.properties if declared else {})
        identity = properties.get("id")
        shown = Resource(
            key=resource.urn,
            type=resource.resource_type,
            name=resource.name,
            properties=properties,
            id=identity if isinstance(identity, str) else UNKNOWN,
            dependencies=self._sources.of(resource),
            parent=resource.parent.urn if resource.parent else None,
            inputs=declared.inputs if declared else None,
        )
        return placed(shown, self._provider(resource.provider))

    def _provider(self, provider: PolicyProviderResource | None) -> Provider:
        key = provider.urn if provider else ""
        if key not in self._providers:
            self._providers[key] = _provider(provider)
        return self._providers[key]


def _provider(provider: PolicyProviderResource | None) -> Provider:
    if provider is None:
        return Provider(access="")
    return Provider.of({name: _element(provider.props, name) for name in provider.props}, provider.urn)


def _element(container: Mapping[str, Any] | Sequence[Any], key: Any) -> Value:
    """One element of a wrapped object or list.

    Raises:
        KeyError: the object has no such key.
    """
    try:
        return _plain(container[key])
    except UnknownValueError:
        return UNKNOWN


def _plain(value: Any) -> Value:
    """`value` as JSON with `UNKNOWN` inside; whole numbers, which all arrive as floats, as `int`."""
    if value == _REDACTED:
        return UNKNOWN
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    if isinstance(value, Mapping):
        return {key: _element(value, key) for key in value}
    if isinstance(value, Sequence):
        return [_element(value, index) for index in range(len(value))]
    return UNKNOWN  # an asset or an archive: nothing here looks inside one
