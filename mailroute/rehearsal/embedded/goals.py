"""The goal state of one resource, after its transforms and with what it inherits from its parent."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from pulumi.runtime.proto import alias_pb2, analyzer_pb2, resource_pb2

from mailroute import wire

from ..result import RehearsalError
from ..shared import urns
from ..shared.sources import located
from . import callbacks
from .plugin import DYNAMIC_PACKAGE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..project import Project
    from ..result import Source
    from ..shared.sources import Sources
    from .callbacks import Callbacks
    from .registry import Registry

_SECONDS: Final = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
_DURATION_PART: Final = re.compile(r"(\d+(?:\.\d+)?)(h|ms|m|s|us|µs|ns)")


@dataclass(frozen=True)
class Goal:
    """A resource as the program wants it.

    Attributes:
        parent: the URN of its parent, empty without one.
        inputs: secrets and unknowns inside; no output values and no resource references any more.
        options: as the program and the transforms have set them, and as it inherits them.
        aliases: the URNs that it may have had before.
        remote: whether it is a component whose children its package registers, and not the program.
        source: where the program registers it.
        given: the inputs of a remote component as its package gets them, with output values and references.
    """

    urn: str
    custom: bool
    parent: str
    inputs: Mapping[str, Any]
    dependencies: tuple[str, ...]
    property_dependencies: Mapping[str, tuple[str, ...]]
    options: resource_pb2.TransformResourceOptions
    aliases: tuple[str, ...] = ()
    remote: bool = False
    source: Source | None = None
    given: Mapping[str, Any] = field(default_factory=dict)

    @property
    def type(self) -> str:
        return urns.type_of(self.urn)

    @property
    def name(self) -> str:
        return urns.name_of(self.urn)

    @property
    def is_provider(self) -> bool:
        return self.type.startswith(urns.PROVIDER_TYPE_PREFIX)

    @property
    def creation_timeout(self) -> float:
        """Seconds, 0 where the program sets none."""
        return _seconds(self.options.custom_timeouts.create)

    def analyzer_options(self) -> analyzer_pb2.AnalyzerResourceOptions:
        """The options as packs see them."""
        options = self.options
        timeouts = options.custom_timeouts
        return analyzer_pb2.AnalyzerResourceOptions(
            protect=options.protect,
            ignoreChanges=options.ignore_changes,
            deleteBeforeReplace=options.delete_before_replace,
            deleteBeforeReplaceDefined=options.HasField("delete_before_replace"),
            additionalSecretOutputs=options.additional_secret_outputs,
            customTimeouts=analyzer_pb2.AnalyzerResourceOptions.CustomTimeouts(
                create=_seconds(timeouts.create),
                update=_seconds(timeouts.update),
                delete=_seconds(timeouts.delete),
                read=_seconds(timeouts.read),
            ),
            parent=self.parent,
        )


class Goals:
    """Makes goals of registrations, and remembers what children inherit from them."""

    def __init__(self, project: Project, functions: Callbacks, registry: Registry, sources: Sources) -> None:
        self._project = project
        self._sources = sources
        self._callbacks = functions
        self._registry = registry
        self._goals: dict[str, Goal] = {}
        self._providers: dict[str, str] = {}

    def of(self, request: resource_pb2.RegisterResourceRequest) -> Goal:
        """The goal of a registration, whose name is taken from now on.

        Raises:
            RehearsalError: the name is taken already, or the registration asks for what no rehearsal does.
        """
        with located(self._sources.of(request)):
            _refuse(request)
        options = self._inherited(request, _options(request))
        inputs = wire.decode(request.object)
        dependencies = set(request.dependencies)
        property_dependencies = {key: set(value.urns) for key, value in request.propertyDependencies.items()}
        transforms = self._callbacks.transforms_for(
            request.transforms, self._registry.ancestors(request.parent)
        )
        if transforms:
            if request.transforms:
                inputs = callbacks.with_dependencies(inputs, property_dependencies)
            transformed = self._callbacks.transform(
                resource_pb2.TransformRequest(
                    type=request.type,
                    name=request.name,
                    custom=request.custom,
                    parent=request.parent,
                    properties=wire.encode(inputs),
                    options=options,
                ),
                transforms,
            )
            options = transformed.options
            inputs = wire.decode(transformed.properties)
        if request.transforms:
            # The transforms have been given every dependency, and may have added to them or dropped some.
            property_dependencies = {key: set() for key in inputs}
            dependencies = set(options.depends_on)
        for key, value in inputs.items():
            found = set(callbacks.dependencies_in(value))
            property_dependencies.setdefault(key, set()).update(found)
            if request.transforms:
                dependencies |= found
        return self._named(request, options, inputs, dependencies, property_dependencies)

    def keep(self, goal: Goal, provider: str) -> None:
        """Remember a completed resource and the reference of its provider, which its children inherit."""
        self._providers[goal.urn] = provider
        self._goals[goal.urn] = goal

    def provider_for(self, reference: str, package: str, parent: str) -> str:
        """The reference of the provider for `package`, empty for the default one."""
        if reference:
            return reference
        above = self._goals.get(parent)
        return above.options.providers.get(package, "") if above and not above.custom else ""

    def _named(
        self,
        request: resource_pb2.RegisterResourceRequest,
        options: resource_pb2.TransformResourceOptions,
        inputs: Mapping[str, Any],
        dependencies: set[str],
        property_dependencies: Mapping[str, set[str]],
    ) -> Goal:
        urn = urns.make(self._project.stack, self._project.name, request.parent, request.type, request.name)
        above = self._goals.get(request.parent)
        source = self._sources.of(request)
        with located(source):
            self._registry.reserve(urn, request.parent)
        self._callbacks.keep(urn, request.transforms)
        return Goal(
            urn,
            request.custom,
            request.parent,
            {key: wire.transform(value, wire.flat) for key, value in inputs.items()},
            tuple(sorted(dependencies)),
            {key: tuple(sorted(value)) for key, value in property_dependencies.items()},
            options,
            urns.aliases(urn, request.parent, options.aliases, above.aliases if above else ()),
            request.remote,
            source,
            inputs if request.remote else {},
        )

    def _inherited(
        self,
        request: resource_pb2.RegisterResourceRequest,
        options: resource_pb2.TransformResourceOptions,
    ) -> resource_pb2.TransformResourceOptions:
        """`options` with what the parent hands down: protection, deletion, the provider of its package."""
        if request.custom or request.remote:
            options.provider = self._inherited_provider(request)
        above = self._goals.get(request.parent)
        if above is None:
            return options
        if not options.deleted_with:
            options.deleted_with = above.options.deleted_with
        for name in ("protect", "retain_on_delete"):
            if not options.HasField(name) and above.options.HasField(name):
                setattr(options, name, getattr(above.options, name))
        if not request.custom and not above.custom:
            for name, reference in above.options.providers.items():
                if name not in options.providers:
                    options.providers[name] = reference
        return options

    def _inherited_provider(self, request: resource_pb2.RegisterResourceRequest) -> str:
        """The provider that a resource names, or else its parent's, if that is of the same package."""
        package = request.type.partition(":")[0]
        reference = request.provider
        above = self._providers.get(request.parent, "")
        if not reference and above and urns.package_of(urns.type_of(above)) == package:
            reference = above
        return self.provider_for(reference or request.providers.get(package, ""), package, request.parent)


def default_provider(project: Project, package: str, version: str) -> Goal:
    """The goal of the provider that a package's resources have when the program names none."""
    name = "_".join(("default", *re.split(r"[.+-]", version))) if version else "default"
    type_ = f"{urns.PROVIDER_TYPE_PREFIX}{package}"
    inputs: dict[str, Any] = {}
    for key, value in project.config.items():
        namespace, _, rest = key.partition(":")
        # A dynamic provider reads the program's config, whole and under its full keys.
        if package in (namespace, DYNAMIC_PACKAGE):
            name_of_input = key if package == DYNAMIC_PACKAGE else rest
            inputs[name_of_input] = wire.Secret(value) if key in project.secret_keys else value
    return Goal(
        urns.make(project.stack, project.name, "", type_, name),
        True,
        "",
        inputs,
        (),
        {},
        resource_pb2.TransformResourceOptions(version=version),
    )


def _refuse(request: resource_pb2.RegisterResourceRequest) -> None:
    if request.importId:
        raise RehearsalError(
            f"{request.type} {request.name!r} is to be imported as {request.importId!r}, "
            "which a rehearsal does not do: read it with .get(), or leave import_ out"
        )


def _options(request: resource_pb2.RegisterResourceRequest) -> resource_pb2.TransformResourceOptions:
    aliases = [*(alias_pb2.Alias(urn=urn) for urn in request.aliasURNs), *request.aliases]
    options = resource_pb2.TransformResourceOptions(
        depends_on=request.dependencies,
        ignore_changes=request.ignoreChanges,
        replace_on_changes=request.replaceOnChanges,
        version=request.version,
        aliases=aliases,
        provider=request.provider,
        providers=request.providers,
        plugin_download_url=request.pluginDownloadURL,
        deleted_with=request.deletedWith,
        additional_secret_outputs=request.additionalSecretOutputs,
        plugin_checksums=request.pluginChecksums,
        hide_diff=request.hideDiffs,
        replace_with=request.replace_with,
    )
    if request.HasField("hooks"):
        options.hooks.CopyFrom(request.hooks)
    if request.HasField("customTimeouts"):
        options.custom_timeouts.CopyFrom(request.customTimeouts)
    if request.HasField("replacement_trigger"):
        options.replacement_trigger.CopyFrom(request.replacement_trigger)
    if request.HasField("protect"):
        options.protect = request.protect
    if request.HasField("retainOnDelete"):
        options.retain_on_delete = request.retainOnDelete
    if request.deleteBeforeReplaceDefined or request.deleteBeforeReplace:
        options.delete_before_replace = request.deleteBeforeReplace
    return options


def _seconds(duration: str) -> float:
    """A duration as Go writes it, `1h30m`, in seconds; 0 for none.

    Raises:
        RehearsalError: it is no duration.
    """
    if not duration:
        return 0.0
    parts = _DURATION_PART.findall(duration)
    if "".join(number + unit for number, unit in parts) != duration:
        raise RehearsalError(f"custom timeout {duration!r}: write it as 90s, 5m or 1h30m")
    return sum(float(number) * _SECONDS[unit] for number, unit in parts)
