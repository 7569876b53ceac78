"""The engine proper: what happens to each resource, function call and output that the program asks for.

The order is Pulumi's: check, remediate, analyze, create, answer.
"""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from pulumi.runtime.proto import provider_pb2, resource_pb2

from enforcement.redaction import secret_texts
from mailroute import wire
from reachability.values import contains_unknown

from ..config import MADE_UP
from ..packages.awsx import COMPONENTS
from ..packages.component import NotSimulatedError, sources_of
from ..provider import sdk
from ..result import Completed, PlannedResource, Registered, RehearsalError
from ..shared import urns
from ..shared.remedies import provider_owns_outputs
from ..shared.sources import Sources, located
from . import goals
from .callbacks import Callbacks
from .construct import Construction
from .goals import Goal, Goals
from .plugin import UNKNOWN_ID
from .providers import Providers, UnsimulatedProvider
from .registry import Registry
from .review import Review

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ..project import Project
    from ..shared.journal import Journal
    from .packs import PolicyPack
    from .providers import Provider


_Answer = TypeVar("_Answer", resource_pb2.RegisterResourceResponse, resource_pb2.ReadResourceResponse)


class InvokeError(Exception):
    """A function refused its arguments: the program gets the error, and may go on."""


class Deployment:
    """One preview, or one update of a stack that does not exist yet."""

    def __init__(
        self,
        project: Project,
        packs: Sequence[PolicyPack],
        connect: Callable[[str, str], Provider],
        journal: Journal,
        *,
        preview: bool,
    ) -> None:
        self.project = project
        self.preview = preview
        self.registry = Registry()
        self.callbacks = Callbacks(project.directory, journal)
        self._journal = journal
        self.providers = Providers(connect)
        self._sources = Sources(project)
        self._goals = Goals(project, self.callbacks, self.registry, self._sources)
        self._review = Review(packs, preview=preview)
        self._lock = threading.Lock()
        self._defaults: dict[str, Future[Provider]] = {}
        self._stack = urns.make(
            project.stack, project.name, "", urns.STACK_TYPE, f"{project.name}-{project.stack}"
        )

    @property
    def outputs(self) -> Mapping[str, Any]:
        """The outputs of the stack."""
        stack = self.registry.find(self._stack)
        return stack.outputs if stack else {}

    def register(
        self, request: resource_pb2.RegisterResourceRequest
    ) -> resource_pb2.RegisterResourceResponse:
        """Register a resource, a component, a provider or the stack."""
        with self.registry.registering(request.parent):
            goal = self._goals.of(request)
            self._has_seen(goal.inputs)
            self._journal.tell(Registered(goal.urn, goal.type, goal.name, goal.parent or None))
            if goal.is_provider:
                provider = self._new_provider(goal)
                return _answer(goal.urn, provider.id, self._outputs(goal.urn))
            if goal.remote:
                return self._construct(goal)
            if not goal.custom:
                self._complete(goal, self._review.resource(goal, None, goal.inputs), {})
                return _answer(goal.urn, None, {})
            identity, outputs = self._create(goal)
            return self._or_failed(_answer(goal.urn, identity, outputs), known=identity is not None)

    def _or_failed(self, answer: _Answer, *, known: bool) -> _Answer:
        """`answer`, as that of a resource which was not created, where an update leaves its outputs unknown.

        In a preview, the SDK takes any output that is missing for unknown; in an update, of such alone.
        """
        if not self.preview and not known:
            answer.result = resource_pb2.Result.FAIL
        return answer

    def _construct(self, goal: Goal) -> resource_pb2.RegisterResourceResponse:
        """A component whose package registers its children: where nobody knows them, it is unknown."""
        expand = COMPONENTS.get(goal.type)
        provider = self._provider(goal.options.provider, urns.package_of(goal.type), goal.options.version)
        if not isinstance(provider, UnsimulatedProvider):
            raise RehearsalError(
                f"{goal.type} {goal.name!r}: a rehearsal does not simulate components of {provider.package}"
            )
        inputs = self._review.resource(goal, provider if expand is None else None, goal.inputs)
        self._complete(goal, inputs, {}, provider=provider if expand is None else None)
        if expand is None:
            provider.note_unknown(goal.type)
            return self._or_failed(_answer(goal.urn, None, {}), known=False)
        try:
            construction = Construction(goal, self.register, partial(self._invoke_aws, goal), self._outputs)
            outputs = expand(goal.name, construction.arguments, construction)
        except NotSimulatedError as error:
            provider.note_unknown(f"{goal.type} {error}")
            return self._or_failed(_answer(goal.urn, None, {}), known=False)
        except ValueError as error:
            raise RehearsalError(f"{goal.type} {goal.name!r}: {error}") from None
        shown = {name: wire.transform(value, wire.flat) for name, value in outputs.items()}
        self.registry.replace_outputs(goal.urn, shown)
        answer = _answer(goal.urn, None, {name: _without_sources(value) for name, value in outputs.items()})
        for name, value in outputs.items():
            answer.propertyDependencies[name].urns.extend(sorted(sources_of(value)))
        return self._or_failed(answer, known=not contains_unknown(wire.plain(shown)))

    def _invoke_aws(self, goal: Goal, token: str, arguments: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Call a function of the AWS provider that the component hands down."""
        provider = self._provider(goal.options.providers.get("aws", ""), "aws", sdk.version())
        if not provider.configured:
            raise NotSimulatedError("with an AWS provider whose configuration is unknown")
        return provider.invoke(token, arguments, preview=self.preview)[0]

    def _create(self, goal: Goal) -> tuple[str | None, Mapping[str, Any]]:
        with located(goal.source):
            provider = self._provider(goal.options.provider, urns.package_of(goal.type), goal.options.version)
            inputs, failures = (
                provider.check(goal.urn, goal.inputs) if provider.configured else (dict(goal.inputs), [])
            )
        inputs = self._review.resource(goal, provider, inputs)
        if failures:
            _refuse(goal, [*failures, *_other_version(goal, provider)])
        self._run_hooks(goal, "before_create", inputs)
        with located(goal.source):
            identity, outputs = self._created(goal, provider, inputs)
        outputs = _with_secrets(outputs, goal.options.additional_secret_outputs)
        self._complete(goal, inputs, outputs, identity, provider)
        self._run_hooks(goal, "after_create", inputs, outputs, identity)
        return identity, outputs

    def _created(
        self, goal: Goal, provider: Provider, inputs: Mapping[str, Any]
    ) -> tuple[str | None, Mapping[str, Any]]:
        if not provider.configured:
            return None, {}
        preview = self.preview or contains_unknown(wire.plain(inputs))
        if preview and not provider.previews_creation:
            return None, inputs
        return provider.create(goal.urn, inputs, preview=preview, timeout=goal.creation_timeout)

    def _complete(
        self,
        goal: Goal,
        inputs: Mapping[str, Any],
        outputs: Mapping[str, Any],
        identity: str | None = None,
        provider: Provider | None = None,
    ) -> None:
        self._has_seen(inputs, outputs)
        known = identity if identity != UNKNOWN_ID else None
        self._goals.keep(goal, provider.reference if provider else "")
        self.registry.put(
            PlannedResource(
                urn=goal.urn,
                type=goal.type,
                name=goal.name,
                custom=goal.custom,
                parent=goal.parent or None,
                id=known,
                inputs=wire.without_internal(inputs),
                outputs=wire.without_internal(outputs),
                dependencies=goal.dependencies,
                property_dependencies=goal.property_dependencies,
                provider=provider.urn if provider else None,
                aliases=goal.aliases,
                source=goal.source,
            )
        )
        self.registry.settle(goal.urn, custom=goal.custom, exists=identity is not None)
        self._journal.tell(Completed(goal.urn, known))

    def _has_seen(self, *properties: Mapping[str, Any]) -> None:
        """What is secret in these may be in any text from now on, and is to be shown in none."""
        self.project.mask.add(secret_texts(properties))

    def _outputs(self, urn: str) -> Mapping[str, Any]:
        resource = self.registry.find(urn)
        return resource.outputs if resource else {}

    def register_outputs(self, request: resource_pb2.RegisterResourceOutputsRequest) -> None:
        """Keep the outputs that a component, or the stack, registers.

        Raises:
            RehearsalError: there is no such resource, or its outputs are its provider's.
        """
        known = self.registry.find(request.urn)
        if known is not None and known.custom:
            raise RehearsalError(provider_owns_outputs(request.urn))
        outputs = {
            key: wire.transform(value, wire.flat) for key, value in wire.decode(request.outputs).items()
        }
        self._has_seen(outputs)
        self.registry.replace_outputs(request.urn, outputs)

    def read(self, request: resource_pb2.ReadResourceRequest) -> resource_pb2.ReadResourceResponse:
        """Read a resource that the stack does not manage, or the outputs of another stack."""
        urn = urns.make(self.project.stack, self.project.name, request.parent, request.type, request.name)
        source = self._sources.of(request)
        with located(source):
            self.registry.reserve(urn, request.parent)
        with self.registry.registering(request.parent):
            inputs = wire.decode(request.properties)
            self._has_seen(inputs)
            with located(source):
                identity, outputs = self._read(urn, request, inputs)
            self.registry.settle(urn, custom=True, exists=identity != UNKNOWN_ID)
        known = outputs is not None and not contains_unknown(wire.plain(outputs))
        shown = _with_secrets(outputs or {}, request.additionalSecretOutputs)
        self._has_seen(shown)
        answer = resource_pb2.ReadResourceResponse(urn=urn, id=identity, properties=wire.encode(shown))
        return self._or_failed(answer, known=known)

    def _read(
        self, urn: str, request: resource_pb2.ReadResourceRequest, inputs: Mapping[str, Any]
    ) -> tuple[str, Mapping[str, Any] | None]:
        package = urns.package_of(request.type)
        reference = self._goals.provider_for(request.provider, package, request.parent)
        provider = self._provider(reference, package, request.version)
        if request.id == UNKNOWN_ID or not provider.configured:
            return UNKNOWN_ID, None
        identity, outputs = provider.read(urn, request.id, inputs)
        if not identity:
            raise RehearsalError(f"{request.type} {request.name!r}: {self._not_there(request.id)}")
        return identity, outputs

    def _not_there(self, identity: str) -> str:
        secrets = sorted(self.project.secret_keys)
        key = next((key for key in secrets if identity in self.project.config[key]), None)
        if identity.startswith(MADE_UP) and key:
            return f"its id is the config {key}, encrypted and not known here: --config {key}=ID gives one"
        return f"{identity!r} is not in the account"

    def invoke(self, request: resource_pb2.ResourceInvokeRequest) -> resource_pb2.ResourceInvokeResponse:
        """Call a function of a provider.

        Raises:
            InvokeError: the provider says that it cannot be called like this.
        """
        package = urns.package_of(request.tok)
        transformed = self.callbacks.transform_invoke(
            resource_pb2.TransformInvokeRequest(
                token=request.tok,
                args=request.args,
                options=resource_pb2.TransformInvokeOptions(
                    provider=self._goals.provider_for(request.provider, package, request.parent),
                    version=request.version,
                    plugin_download_url=request.pluginDownloadURL,
                ),
            )
        )
        options = transformed.options
        provider = self._provider(options.provider, package, options.version)
        if request.dependsOn and self.registry.has_pending(request.dependsOn):
            return resource_pb2.ResourceInvokeResponse(unknown=True)
        response = resource_pb2.ResourceInvokeResponse()
        returned = getattr(response, "return")
        if not provider.configured:
            returned.CopyFrom(wire.encode({}))
            return response
        arguments = wire.decode(transformed.args)
        self._has_seen(arguments)
        try:
            result, failures = provider.invoke(request.tok, wire.plain(arguments), preview=self.preview)
        except RehearsalError as error:
            raise InvokeError(str(error)) from None
        if result is None:
            return resource_pb2.ResourceInvokeResponse(unknown=True)
        self._has_seen(result)
        returned.CopyFrom(wire.encode(result))
        response.failures.extend(
            provider_pb2.CheckFailure(property=argument, reason=reason) for argument, reason in failures
        )
        return response

    def analyze_stack(self) -> None:
        """Have the packs judge the whole of it."""
        self._review.stack(self.registry.all(), self._stack)

    def _provider(self, reference: str, package: str, version: str) -> Provider:
        """The provider that a reference names, or else the package's default one, made when first needed."""
        if reference:
            return self.providers.find(reference)
        goal = goals.default_provider(self.project, package, version)
        with self._lock:
            made = self._defaults.get(goal.urn)
            ours = made is None
            if made is None:
                made = self._defaults[goal.urn] = Future()
        if ours:
            try:
                self.registry.reserve(goal.urn, "")
                self._journal.tell(Registered(goal.urn, goal.type, goal.name, None))
                made.set_result(self._new_provider(goal))
            except BaseException as error:
                made.set_exception(error)
                raise
        return made.result()

    def _new_provider(self, goal: Goal) -> Provider:
        # The same program gets the same ids in each rehearsal.
        identity = UNKNOWN_ID if self.preview else str(uuid.uuid5(uuid.NAMESPACE_URL, goal.urn))
        provider = self.providers.open(goal.urn, identity)
        version = goal.options.version
        inputs, failures = provider.check_config({**goal.inputs, **({"version": version} if version else {})})
        internal: dict[str, Any] = {"__internal": {}} if version else {}
        inputs = wire.without_internal(self._review.resource(goal, None, {**inputs, **internal}))
        if failures:
            _refuse(goal, failures)
        provider.configure(inputs)
        outputs = _with_secrets(inputs, goal.options.additional_secret_outputs)
        self._complete(goal, inputs, outputs, identity)
        return provider

    def _run_hooks(
        self,
        goal: Goal,
        moment: str,
        inputs: Mapping[str, Any],
        outputs: Mapping[str, Any] | None = None,
        identity: str | None = None,
    ) -> None:
        names: Sequence[str] = getattr(goal.options.hooks, moment)
        if names:
            request = resource_pb2.ResourceHookRequest(
                urn=goal.urn,
                id=identity or "",
                name=goal.name,
                type=goal.type,
                new_inputs=wire.encode(inputs),
                new_outputs=None if outputs is None else wire.encode(outputs),
            )
            self.callbacks.run_hooks(names, request, preview=self.preview)


def _answer(
    urn: str, identity: str | None, outputs: Mapping[str, Any]
) -> resource_pb2.RegisterResourceResponse:
    return resource_pb2.RegisterResourceResponse(urn=urn, id=identity or "", object=wire.encode(outputs))


def _refuse(goal: Goal, failures: Sequence[str]) -> NoReturn:
    with located(goal.source):
        raise RehearsalError(f"{goal.type} {goal.name!r}: {'; '.join(failures)}")


def _other_version(goal: Goal, provider: Provider) -> Iterator[str]:
    """That the program's package is of another major version than what is simulated, if it is."""
    asked, simulated = goal.options.version, provider.version
    if asked and simulated and asked.partition(".")[0] != simulated.partition(".")[0]:
        yield f"the program has pulumi-{provider.package} {asked}, and {simulated} is simulated"


def _without_sources(value: Any) -> Any:
    """An output of a component as its program takes it: references stay, other outputs are values."""
    return wire.transform(value, lambda part: part.value if isinstance(part, wire.OutputValue) else part)


def _with_secrets(outputs: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {
        key: wire.Secret(value) if key in names and not isinstance(value, wire.Secret) else value
        for key, value in outputs.items()
    }
