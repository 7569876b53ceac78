"""What the provider does with resources, over the account: Pulumi's life cycle in decoded values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from enforcement.masking import Masker
from enforcement.redaction import secret_texts
from mailroute import wire
from reachability.values import is_list

from ..account import Account, AwsError, AwsResource, Call, Kind, dependents_of, kind_of, label
from ..account.kind import references_exist
from ..shared import urns
from . import outputs, sdk
from .inputs import DEFAULTS, without_defaults
from .sdk import ResourceClass
from .settings import Settings


class ProviderError(Exception):
    """A call that the provider refuses: `str()` is one line.

    Attributes:
        pending: whether it refuses after a while alone (`AwsError.pending`).
    """

    def __init__(self, message: str, *, pending: bool = False) -> None:
        super().__init__(message)
        self.pending = pending


@dataclass(frozen=True)
class Found:
    """A resource that was read."""

    id: str
    outputs: Mapping[str, Any]
    inputs: Mapping[str, Any]


def class_of(type_: str) -> ResourceClass:
    """The SDK's class of a type.

    Raises:
        ProviderError: it has none.
    """
    resource = sdk.resource_class(type_)
    if resource is None:
        raise ProviderError(f"unrecognized resource type {type_}: pulumi-aws {sdk.version()} has none such")
    return resource


class Resources:
    """The resources of one account, as a provider manages them.

    Args:
        warn: called with a URN and a warning about its resource.
    """

    def __init__(self, account: Account, warn: Callable[[str, str], None]) -> None:
        self._account = account
        self._warn = warn

    def create(
        self, urn: str, inputs: Mapping[str, Any], settings: Settings, *, preview: bool
    ) -> tuple[str, dict[str, Any]]:
        """Create a resource, or foresee that: its id, empty in a preview, and its outputs.

        Raises:
            ProviderError: AWS refuses it.
        """
        type_ = urns.type_of(urn)
        resource, kind = class_of(type_), kind_of(type_)
        call = self._call(kind, urn, inputs, settings)
        for warning in kind.warns(call):
            self._warn(urn, warning)
        if preview:
            return "", outputs.planned(resource, kind, inputs, call.region)
        self._judge(kind, call, inputs, "creating")
        identity = kind.identify(call)
        properties = outputs.created(resource, kind, inputs, call, identity)
        created = AwsResource(type_, identity, properties, generation=call.generation)
        implicit = list(kind.implicit_resources(created, call))
        for each in (created, *implicit):
            self._account.put(replace(each, place=(settings.caller.account_id, call.region)))
        self._account.count_creation(urn)
        return identity, properties

    def update(
        self,
        urn: str,
        identity: str,
        olds: Mapping[str, Any],
        news: Mapping[str, Any],
        settings: Settings,
        *,
        preview: bool,
    ) -> dict[str, Any]:
        """Change a resource in place, or foresee that: its outputs.

        Raises:
            ProviderError: AWS refuses it.
        """
        type_ = urns.type_of(urn)
        resource, kind = class_of(type_), kind_of(type_)
        existing = self._account.find(type_, identity)
        call = self._call(kind, urn, news, settings, existing, identity)
        properties = outputs.updated(resource, kind, news, olds, call.region)
        if preview:
            return properties
        self._judge(kind, call, news, "updating")
        again = outputs.created(resource, kind, news, call, identity)
        properties.update((name, again[name]) for name in kind.recomputed if name in again)
        owner = existing.owner if existing else None
        place = existing.place if existing else (settings.caller.account_id, call.region)
        self._account.put(AwsResource(type_, identity, properties, owner, call.generation, place))
        # As pulumi-aws does: what it read after the update, which may be what was there before.
        found = self._account.find(type_, identity)
        return dict(found.outputs) if found else properties

    def delete(self, urn: str, identity: str) -> None:
        """Delete a resource; one that is not there is gone already.

        Raises:
            ProviderError: something that AWS would not leave behind still uses it.
        """
        type_ = urns.type_of(urn)
        dependents = sorted({dependent.id for dependent in dependents_of(self._account, type_, identity)})
        if dependents and self._account.find(type_, identity):
            error = AwsError(
                "DependencyViolation",
                f"{identity} has dependencies and cannot be deleted: {', '.join(dependents)}.",
            )
            raise ProviderError(f"deleting {label(type_)}: {error}")
        self._account.remove(type_, identity)

    def read(
        self, urn: str, identity: str, state: Mapping[str, Any], inputs: Mapping[str, Any]
    ) -> Found | None:
        """Read a resource: `None` where it is not there.

        Args:
            state: outputs that the engine holds for it: of use where this account never knew the resource.
        """
        type_ = urns.type_of(urn)
        resource, kind = class_of(type_), kind_of(type_)
        found = self._account.find(type_, identity) or self._imported(kind, identity)
        if found is not None:
            shown = self._shown(resource, found)
            return Found(found.id, shown, _current(inputs, shown) or _inputs_of(resource, kind, shown))
        if self._account.is_gone(type_, identity):
            return None
        if "id" in state:
            return Found(identity, state, inputs)
        if self._account.shows(type_):
            return None
        return self._unseen(resource, urn, identity, state)

    def _imported(self, kind: Kind, name: str) -> AwsResource | None:
        """The resource that an import calls `name`."""
        named = kind.imported_as
        if named is None:
            return None
        return next((each for each in self._account.of(kind.type) if named(each.properties) == name), None)

    def _unseen(self, resource: ResourceClass, urn: str, identity: str, state: Mapping[str, Any]) -> Found:
        """A resource of a type that account files do not show: what its id says, and no more."""
        noun = resource.token.rpartition(":")[2]
        names = {"name", f"{noun[:1].lower()}{noun[1:]}Id"} if ":" not in identity else set()
        named = dict.fromkeys(names & {*resource.outputs}, identity)
        known = {**named, **without_defaults(state)}
        kind = kind_of(resource.token)
        call = self._call(kind, urn, known, Settings.of(self._account))
        shown = outputs.created(resource, Kind(resource.token, kind.identify), known, call, identity)
        if "arn" in resource.outputs and resource.token.startswith("aws:iam/") and ":" not in identity:
            noun = resource.token.rpartition(":")[2].lower()
            shown["arn"] = call.arn("iam", f"{noun}/{identity}", regional=False)
        return Found(identity, shown, known)

    def _shown(self, resource: ResourceClass, found: AwsResource) -> dict[str, Any]:
        """An account's resource with what pulumi-aws shows of every resource."""
        shown = dict(found.outputs)
        shown["id"] = found.id
        if "region" in resource.outputs:
            shown.setdefault("region", self._account.region)
        if resource.tagged:
            shown.setdefault("tagsAll", shown.get("tags") or {})
        return shown

    def _call(
        self,
        kind: Kind,
        urn: str,
        inputs: Mapping[str, Any],
        settings: Settings,
        existing: AwsResource | None = None,
        identity: str = "",
    ) -> Call:
        defaults = {name: value for name, value in kind.defaults.items() if value is not None}
        given = {name: value for name, value in inputs.items() if name != DEFAULTS and value is not None}
        generation = existing.generation if existing else self._account.generation(urn)
        plain = wire.plain({**defaults, **given})
        return Call(self._account, settings.caller, kind.type, urn, generation, plain, identity)

    def _judge(self, kind: Kind, call: Call, inputs: Mapping[str, Any], doing: str) -> None:
        """Call AWS: its refusal shows no secret of the inputs."""
        try:
            references_exist(call, kind.references)
            for rule in kind.rules:
                rule(call)
        except AwsError as error:
            mask = Masker(secret_texts(inputs))
            message = mask(f"{doing} {label(kind.type)}: {error}")
            raise ProviderError(message, pending=error.pending) from None


def _current(given: Any, found: Any) -> Any:
    """What inputs are by now: of an object only the parts that were given, for the others are AWS's."""
    if isinstance(given, Mapping) and isinstance(found, Mapping):
        return {name: _current(value, found.get(name, value)) for name, value in given.items()}
    if is_list(given) and is_list(found) and len(given) == len(found):
        return [_current(*pair) for pair in zip(given, found, strict=True)]
    return found


def _inputs_of(resource: ResourceClass, kind: Kind, shown: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs that would make what is shown: what an import asks for."""
    return {
        name: value
        for name, value in shown.items()
        if name in resource.inputs - {"region"} and value not in (None, "", [], {}, kind.defaults.get(name))
    }
