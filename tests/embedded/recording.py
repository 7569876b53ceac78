"""Servers that record what the engine sends and receives, in the form of the traces.

A trace is what the official engine sent and received for a small program. Here its provider's answers
are given again, and what this engine does with them is written down in the same manner.
"""

from __future__ import annotations

import json
import re
import threading
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import grpc
from google.protobuf.empty_pb2 import Empty
from google.protobuf.json_format import MessageToDict, ParseDict
from pulumi.runtime.proto import (
    analyzer_pb2,
    analyzer_pb2_grpc,
    plugin_pb2,
    provider_pb2,
    provider_pb2_grpc,
)

from mailroute.rehearsal.shared import urns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from google.protobuf.message import Message

Call = dict[str, Any]


@dataclass
class Recording:
    """What was sent and received, by service; `order` has what happened to each resource."""

    calls: defaultdict[str, list[Call]] = field(default_factory=lambda: defaultdict(list))
    order: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    outside: list[str] = field(default_factory=list)  # to no resource
    peers: dict[str, str] = field(default_factory=dict)  # the connection of each provider resource
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, service: str, call: Call) -> None:
        with self._lock:
            self.calls[service].append(call)

    def happened(self, what: str, urn: str = "") -> None:
        with self._lock:
            (self.order[urn] if urn else self.outside).append(what)

    def of(self, service: str, *names: str) -> list[Call]:
        return normal(call for call in self.calls[service] if call["call"] in names)


def read_trace(file: Path) -> list[Call]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


_IRRELEVANT = frozenset(
    {
        "sourcePosition",
        "stackTrace",
        "resourceStatusAddress",
        "resourceStatusToken",
        "randomSeed",
        "supportedFeatures",
        "parallel",
    }
)
_STAND_INS = {
    "made-up-secret-for-demo-dbPassword": "hunter2",
    "made-up-secret-for-demo-nested.token": "tok",
    "made-up-secret-for-token": "tok",
}
_PROVIDER_ID = re.compile(r"(urn:pulumi:[^ ]*::pulumi:providers:[^ ]*::)(\w+)::[0-9a-f-]{36}$")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def normal(calls: Iterable[Call]) -> list[Call]:
    """Calls in an order of their own, without what differs from run to run."""
    cleaned = [_clean(call) for call in calls]
    for call in cleaned:
        if call.get("response") is None:  # never answered
            call.pop("response", None)
    return sorted(cleaned, key=lambda call: json.dumps(call, sort_keys=True))


def _clean(value: Any, key: str = "") -> Any:
    if key == "__provider":
        return "<pickled>"
    if key == "target":
        return "<address>"
    if isinstance(value, dict):
        return {name: _clean(element, name) for name, element in value.items() if name not in _IRRELEVANT}
    if isinstance(value, list):
        cleaned = [_clean(element) for element in value]
        is_urns = key in ("urns", "dependencies", "dependsOn")
        return sorted(cleaned) if is_urns else sorted(cleaned, key=_urn) if key == "resources" else cleaned
    if isinstance(value, str):
        return _clean_text(value)
    return value


def _clean_text(text: str) -> str:
    for ours, theirs in _STAND_INS.items():
        text = text.replace(ours, theirs)
    if text == _UNKNOWN or text.endswith(f"::{_UNKNOWN}"):
        return text
    text = _PROVIDER_ID.sub(r"\1\2::<id of \2>", text)
    return re.sub(r"<id of \w+>$", "<uuid>", "<uuid>" if _UUID.fullmatch(text) else text)


def _urn(resource: Any) -> str:
    return str(resource["urn"])


def _json(message: Message) -> dict[str, Any]:
    document: dict[str, Any] = MessageToDict(message)
    return document


class MonitorRecorder(grpc.ServerInterceptor):  # type: ignore[misc]
    """Writes down the calls of a program, and what it is answered."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording

    def intercept_service(
        self, continuation: Callable[[Any], Any], details: grpc.HandlerCallDetails
    ) -> grpc.RpcMethodHandler:
        handler = continuation(details)
        if not details.method.startswith("/pulumirpc.ResourceMonitor/"):
            return handler
        name = details.method.rpartition("/")[2]

        def recorded(request: Any, context: grpc.ServicerContext) -> Any:
            call = {"call": name, "request": _json(request), "response": None}
            self._recording.add("monitor", call)
            urn = _urn_of(name, request)
            if name != "Invoke":
                self._recording.happened(f"> monitor.{name}", urn)
            response = handler.unary_unary(request, context)
            if name != "Invoke":
                self._recording.happened(f"< monitor.{name}", urn)
            call["response"] = _json(response)
            return response

        return grpc.unary_unary_rpc_method_handler(
            recorded, handler.request_deserializer, handler.response_serializer
        )


def _urn_of(call: str, request: Any) -> str:
    if call in ("RegisterResource", "ReadResource"):
        return urns.make("dev", "demo", request.parent, request.type, request.name)
    return str(getattr(request, "urn", ""))


class RecordedProvider(provider_pb2_grpc.ResourceProviderServicer):
    """Answers as the provider of a trace did; as an echo where the trace has no such call."""

    def __init__(self, recording: Recording, trace: Iterable[Call] = ()) -> None:
        self._recording = recording
        self._answers = {
            _key(call["call"], call["request"]): call for call in trace if call["package"] == "aws"
        }

    def _answer(
        self, name: str, request: Any, context: grpc.ServicerContext, response: Any, echo: Callable[[], Any]
    ) -> Any:
        asked = _json(request)
        call: Call = {"call": name, "package": "aws", "request": asked}
        self._recording.add("provider", call)
        if name != "Invoke":
            self._recording.happened(f"provider[aws].{name}", asked.get("urn", ""))
        known = self._answers.get(_key(name, asked))
        if known is None:
            answer = echo()
        elif "error" in known:
            call["error"] = known["error"]
            context.abort(grpc.StatusCode.UNKNOWN, known["error"].partition(" desc = ")[2])
        else:
            answer = ParseDict(known["response"], response)
        call["response"] = _json(answer)
        return answer

    def Handshake(self, request: Any, context: Any) -> Any:
        del request, context
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True, accept_resources=True)

    def Attach(self, request: Any, context: Any) -> Any:
        del request, context
        return Empty()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        del request, context
        return plugin_pb2.PluginInfo(version="7.51.1")

    def CheckConfig(self, request: Any, context: Any) -> Any:
        self._recording.peers[request.name] = context.peer()
        return self._check("CheckConfig", request, context)

    def Check(self, request: Any, context: Any) -> Any:
        return self._check("Check", request, context)

    def _check(self, name: str, request: Any, context: Any) -> Any:
        echo = lambda: provider_pb2.CheckResponse(inputs=request.news)  # noqa: E731
        return self._answer(name, request, context, provider_pb2.CheckResponse(), echo)

    def Configure(self, request: Any, context: Any) -> Any:
        echo = lambda: provider_pb2.ConfigureResponse(  # noqa: E731
            acceptSecrets=True, acceptResources=True, supportsPreview=True
        )
        return self._answer("Configure", request, context, provider_pb2.ConfigureResponse(), echo)

    def Create(self, request: Any, context: Any) -> Any:
        def echo() -> Any:
            identity = "" if request.preview else f"{request.name}-id"
            return provider_pb2.CreateResponse(id=identity, properties=request.properties)

        return self._answer("Create", request, context, provider_pb2.CreateResponse(), echo)

    def Read(self, request: Any, context: Any) -> Any:
        echo = lambda: provider_pb2.ReadResponse(id=request.id, properties=request.properties)  # noqa: E731
        return self._answer("Read", request, context, provider_pb2.ReadResponse(), echo)

    def Invoke(self, request: Any, context: Any) -> Any:
        echo = lambda: provider_pb2.InvokeResponse(**{"return": request.args})  # noqa: E731
        return self._answer("Invoke", request, context, provider_pb2.InvokeResponse(), echo)

    def Cancel(self, request: Any, context: Any) -> Any:
        del request, context
        self._recording.happened("provider[aws].Cancel")
        return Empty()


def _key(call: str, request: dict[str, Any]) -> str:
    """What a call is about: the resource, or the function and its arguments."""
    about = request.get("urn") or [request.get("tok"), request.get("args")]
    return json.dumps([call, about], sort_keys=True)


class RecordingPack(analyzer_pb2_grpc.AnalyzerServicer):
    """A pack that finds nothing and writes down what it is shown."""

    def __init__(self, recording: Recording, info: dict[str, Any]) -> None:
        self._recording = recording
        self._info = ParseDict(info, analyzer_pb2.AnalyzerInfo())

    def _answer(self, name: str, request: Any, response: Any) -> Any:
        self._recording.add(
            "analyzer", {"call": name, "request": _json(request), "response": _json(response)}
        )
        self._recording.happened(f"analyzer.{name}", getattr(request, "urn", ""))
        return response

    def Handshake(self, request: Any, context: Any) -> Any:
        del context
        return self._answer("Handshake", request, analyzer_pb2.AnalyzerHandshakeResponse())

    def ConfigureStack(self, request: Any, context: Any) -> Any:
        del context
        return self._answer("ConfigureStack", request, analyzer_pb2.AnalyzerStackConfigureResponse())

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        del context
        return self._answer("GetPluginInfo", request, plugin_pb2.PluginInfo(version="0.0.1"))

    def GetAnalyzerInfo(self, request: Any, context: Any) -> Any:
        del context
        return self._answer("GetAnalyzerInfo", request, self._info)

    def Configure(self, request: Any, context: Any) -> Any:
        del context
        return self._answer("Configure", request, Empty())

    def Remediate(self, request: Any, context: Any) -> Any:
        del context
        return self._answer("Remediate", request, analyzer_pb2.RemediateResponse())

    def Analyze(self, request: Any, context: Any) -> Any:
        del context
        return self._answer("Analyze", request, analyzer_pb2.AnalyzeResponse())

    def AnalyzeStack(self, request: Any, context: Any) -> Any:
        del context
        return self._answer("AnalyzeStack", request, analyzer_pb2.AnalyzeResponse())

    def Cancel(self, request: Any, context: Any) -> Any:
        del context
        return self._answer("Cancel", request, Empty())


@contextmanager
def serve(add: Callable[[Any, grpc.Server], None], servicer: Any) -> Iterator[int]:
    """Serve on a port of this machine, which is the value of the `with` block."""
    server = grpc.server(ThreadPoolExecutor(max_workers=16))
    add(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield port
    finally:
        server.stop(None).wait()


def write_pack(directory: Path, port: int) -> Path:
    """A policy pack whose "process" says that it listens where a recorder does already."""
    python = directory / "venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f"#!/bin/sh\necho {port}\nexec sleep 600\n", encoding="utf-8")
    python.chmod(0o755)
    (directory / "PulumiPolicy.yaml").write_text(
        "runtime: {name: python, options: {virtualenv: venv}}\n", encoding="utf-8"
    )
    return directory
