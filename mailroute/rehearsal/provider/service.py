"""Pulumi's provider protocol: messages in, decoded values through, messages out."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Final, NoReturn, TypeAlias

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, plugin_pb2, provider_pb2, provider_pb2_grpc

from mailroute import wire

from ..account import Account, AwsError, kind_of
from ..shared import channels, urns
from . import sdk
from .changes import Change, changes, computed_inputs, deletes_first
from .inputs import Autoname, checked, failures
from .invokes import InvokeError, answer
from .resources import ProviderError, Resources, class_of
from .schema import schema
from .settings import ConfigError, Settings

_LOG_SECONDS: Final = 5.0
_PENDING_SECONDS: Final = 2.0
"""For how long a resource waits for others that the program makes at the same time."""
_OWN_KEYS: Final = frozenset({"version", "pluginDownloadURL"})
_Made: TypeAlias = tuple[str, dict[str, Any]]


class AwsProvider(provider_pb2_grpc.ResourceProviderServicer):
    """The package `aws` over one account, for any number of provider resources, one per connection."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._lock = threading.Lock()
        self._created = threading.Condition(self._lock)
        self._settings: defaultdict[str, Settings] = defaultdict(lambda: Settings.of(account))
        self._engines: dict[str, grpc.Channel] = {}

    def close(self) -> None:
        """Close the connections to the engines."""
        for channel in self._engines.values():
            channel.close()

    def Handshake(
        self, request: provider_pb2.ProviderHandshakeRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ProviderHandshakeResponse:
        self._attach(request.engine_address, context)
        return provider_pb2.ProviderHandshakeResponse(
            accept_secrets=True, accept_resources=True, supports_autonaming_configuration=True
        )

    def Attach(self, request: plugin_pb2.PluginAttach, context: grpc.ServicerContext) -> Empty:
        self._attach(request.address, context)
        return Empty()

    def GetPluginInfo(self, request: Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        del request, context
        return plugin_pb2.PluginInfo(version=sdk.version())

    def GetSchema(
        self, request: provider_pb2.GetSchemaRequest, context: grpc.ServicerContext
    ) -> provider_pb2.GetSchemaResponse:
        del request, context
        return provider_pb2.GetSchemaResponse(schema=schema())

    def CheckConfig(
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        del context
        response = provider_pb2.CheckResponse(inputs=request.news)
        config = wire.decode(request.news)
        try:
            Settings.read(
                {key: value for key, value in config.items() if isinstance(value, str)}, self._account
            )
        except ConfigError as error:
            response.failures.append(provider_pb2.CheckFailure(reason=str(error)))
        return response

    def DiffConfig(
        self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext
    ) -> provider_pb2.DiffResponse:
        del context
        olds, news = (
            wire.decode(request.old_inputs if request.HasField("old_inputs") else request.olds),
            wire.decode(request.news),
        )
        found = list(changes(kind_of("pulumi:providers:aws"), olds, news, _OWN_KEYS))
        return _diff([Change(each.name, each.operation, each.name == "region") for each in found], False)

    def Configure(
        self, request: provider_pb2.ConfigureRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ConfigureResponse:
        prefix = "aws:config:"
        variables = {key[len(prefix) :]: value for key, value in request.variables.items()}
        config = wire.decode(request.args) or variables
        try:
            self._settings[context.peer()] = Settings.read(config, self._account)
        except ConfigError as error:
            _refuse(context, str(error))
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True,
            acceptResources=True,
            supportsPreview=True,
            supports_autonaming_configuration=True,
        )

    def Check(
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        type_ = urns.type_of(request.urn)
        autoname = Autoname()
        if request.HasField("autonaming"):
            off = request.autonaming.mode == provider_pb2.CheckRequest.AutonamingOptions.DISABLE
            autoname = Autoname(request.autonaming.proposed_name, not off)
        try:
            resource, kind = class_of(type_), kind_of(type_)
        except ProviderError as error:
            _refuse(context, str(error))
        inputs = checked(
            resource,
            kind,
            self._settings[context.peer()],
            request.urn,
            wire.decode(request.news),
            wire.decode(request.olds),
            autoname,
            self._account.generation(request.urn),
        )
        return provider_pb2.CheckResponse(
            inputs=wire.encode(inputs),
            failures=[
                provider_pb2.CheckFailure(property=name, reason=reason)
                for name, reason in failures(resource, kind, inputs)
            ],
        )

    def Diff(
        self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext
    ) -> provider_pb2.DiffResponse:
        del context
        type_ = urns.type_of(request.urn)
        resource, kind = class_of(type_), kind_of(type_)
        olds, news = wire.decode(request.old_inputs), wire.decode(request.news)
        computed, state = computed_inputs(resource, kind), wire.decode(request.olds)
        found = changes(kind, olds, news, request.ignoreChanges, computed, state)
        return _diff(found, deletes_first(resource, olds, news))

    def Create(
        self, request: provider_pb2.CreateRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CreateResponse:
        settings = self._settings[context.peer()]
        inputs = wire.decode(request.properties)
        create = partial(
            self._resources(context).create, request.urn, inputs, settings, preview=request.preview
        )
        try:
            with self._created:
                identity, outputs = self._in_time(create)
                self._created.notify_all()
        except ProviderError as error:
            _refuse(context, str(error))
        return provider_pb2.CreateResponse(id=identity, properties=wire.encode(outputs))

    def _in_time(self, create: Callable[[], _Made]) -> _Made:
        """What `create` makes, tried anew while it is refused as pending and other resources are made."""
        until = time.monotonic() + _PENDING_SECONDS
        while True:
            try:
                return create()
            except ProviderError as error:
                if not error.pending or not self._created.wait(until - time.monotonic()):
                    raise

    def Update(
        self, request: provider_pb2.UpdateRequest, context: grpc.ServicerContext
    ) -> provider_pb2.UpdateResponse:
        settings = self._settings[context.peer()]
        olds, news = wire.decode(request.olds), wire.decode(request.news)
        try:
            with self._lock:
                outputs = self._resources(context).update(
                    request.urn, request.id, olds, news, settings, preview=request.preview
                )
        except ProviderError as error:
            _refuse(context, str(error))
        return provider_pb2.UpdateResponse(properties=wire.encode(outputs))

    def Delete(self, request: provider_pb2.DeleteRequest, context: grpc.ServicerContext) -> Empty:
        try:
            with self._lock:
                self._resources(context).delete(request.urn, request.id)
        except ProviderError as error:
            _refuse(context, str(error))
        return Empty()

    def Read(
        self, request: provider_pb2.ReadRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ReadResponse:
        state, inputs = wire.decode(request.properties), wire.decode(request.inputs)
        try:
            with self._lock:
                found = self._resources(context).read(request.urn, request.id, state, inputs)
        except ProviderError as error:
            _refuse(context, str(error))
        if found is None:
            return provider_pb2.ReadResponse()
        return provider_pb2.ReadResponse(
            id=found.id, properties=wire.encode(found.outputs), inputs=wire.encode(found.inputs)
        )

    def Invoke(
        self, request: provider_pb2.InvokeRequest, context: grpc.ServicerContext
    ) -> provider_pb2.InvokeResponse:
        settings = self._settings[context.peer()]
        try:
            with self._lock:
                result = answer(request.tok, wire.plain(wire.decode(request.args)), self._account, settings)
        except (InvokeError, AwsError) as error:
            _refuse(context, str(error))
        response = provider_pb2.InvokeResponse()
        getattr(response, "return").CopyFrom(wire.encode(result))
        return response

    def Cancel(self, request: Empty, context: grpc.ServicerContext) -> Empty:
        del request, context
        return Empty()

    def Call(self, request: Any, context: grpc.ServicerContext) -> NoReturn:
        _unimplemented(context, f"the simulated provider has no methods, such as {request.tok}")

    def Construct(self, request: Any, context: grpc.ServicerContext) -> NoReturn:
        _unimplemented(context, f"the simulated provider has no components, such as {request.type}")

    def Parameterize(self, request: Any, context: grpc.ServicerContext) -> NoReturn:
        del request
        _unimplemented(context, "the package aws takes no parameters")

    def List(self, request: Any, context: grpc.ServicerContext) -> NoReturn:
        del request
        _unimplemented(context, "the simulated provider does not list resources")

    def GetMapping(self, request: Any, context: grpc.ServicerContext) -> NoReturn:
        del request
        _unimplemented(context, "the simulated provider has no mappings")

    def GetMappings(self, request: Any, context: grpc.ServicerContext) -> NoReturn:
        del request
        _unimplemented(context, "the simulated provider has no mappings")

    def _attach(self, address: str, context: grpc.ServicerContext) -> None:
        """Remember the engine behind a connection: warnings go to it."""
        peer = context.peer()
        if address and peer not in self._engines:
            self._engines[peer] = channels.open_channel(address)

    def _resources(self, context: grpc.ServicerContext) -> Resources:
        engine = self._engines.get(context.peer())

        def warn(urn: str, message: str) -> None:
            if engine is not None:
                warning = engine_pb2.LogRequest(severity=engine_pb2.WARNING, message=message, urn=urn)
                engine_pb2_grpc.EngineStub(engine).Log(warning, timeout=_LOG_SECONDS)

        return Resources(self._account, warn)


def _diff(found: Iterable[Change], delete_first: bool) -> provider_pb2.DiffResponse:
    found = list(found)
    replaces = [change.name for change in found if change.replaces]
    response = provider_pb2.DiffResponse(
        changes=provider_pb2.DiffResponse.DIFF_SOME if found else provider_pb2.DiffResponse.DIFF_NONE,
        diffs=[change.name for change in found],
        replaces=replaces,
        deleteBeforeReplace=bool(replaces) and delete_first,
        hasDetailedDiff=bool(found),
    )
    for change in found:
        operation = f"{change.operation}{'_REPLACE' if change.replaces else ''}"
        response.detailedDiff[change.name].kind = provider_pb2.PropertyDiff.Kind.Value(operation)
        response.detailedDiff[change.name].inputDiff = True
    return response


def _refuse(context: grpc.ServicerContext, reason: str) -> NoReturn:
    context.abort(grpc.StatusCode.UNKNOWN, reason)
    raise AssertionError("abort raises")


def _unimplemented(context: grpc.ServicerContext, reason: str) -> NoReturn:
    context.abort(grpc.StatusCode.UNIMPLEMENTED, reason)
    raise AssertionError("abort raises")
