"""What the real engine, the program, the providers and the packs say to each other, from the CLI's log.

`PULUMI_DEBUG_GRPC` logs every call of Pulumi's protocol: the same messages that the embedded engine
handles itself, with the dependencies and the secrets that the CLI's own output leaves out.
"""

from __future__ import annotations

from base64 import b64decode
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

from google.protobuf import json_format
from google.protobuf.message import Message
from pulumi.runtime.proto import analyzer_pb2, resource_pb2

from enforcement.redaction import secret_texts
from mailroute import wire

from ..result import Completed, PlannedResource, Registered, RehearsalError
from ..shared import urns
from ..shared.remedies import provider_owns_outputs
from ..shared.sources import Sources

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ..project import Project
    from ..shared.journal import Journal

M = TypeVar("M", bound=Message)

_PLUGIN: Final = "/pulumirpc.LanguageRuntime/RunPlugin"


class Calls:
    """Reads the log call by call; tells `journal` what comes to pass, and the project's mask every secret.

    Attributes:
        plugin_errors: what packs have written to their standard error, which the CLI keeps to itself.
    """

    def __init__(self, journal: Journal, project: Project) -> None:
        self._journal = journal
        self._mask = project.mask
        self._asked = project.stack_files.asked
        self._sources = Sources(project)
        self._packs: dict[str, str] = {}
        self._declared: dict[str, frozenset[str]] = {}
        self._checked: dict[str, analyzer_pb2.AnalyzeRequest] = {}
        self._resources: dict[str, PlannedResource] = {}
        self._stack = ""
        self.plugin_errors = ""
        self._readers: Mapping[str, Callable[[Any, Any, str], None]] = {
            "Analyzer/GetAnalyzerInfo": self._meet,
            "Analyzer/Remediate": self._remediated,
            "Analyzer/Analyze": self._analyzed,
            "Analyzer/AnalyzeStack": self._stack_analyzed,
            "ResourceProvider/Check": self._declares,
            "ResourceProvider/Configure": self._configured,
            "ResourceMonitor/ReadResource": self._read,
            "ResourceMonitor/RegisterResource": self._registered,
            "ResourceMonitor/RegisterResourceOutputs": self._outputs_registered,
        }

    @property
    def resources(self) -> tuple[PlannedResource, ...]:
        """The resources in the order in which they were completed."""
        return tuple(self._resources.values())

    @property
    def outputs(self) -> Mapping[str, Any]:
        """The outputs of the stack."""
        return self._resources[self._stack].outputs if self._stack else {}

    def read(self, call: Mapping[str, Any]) -> None:
        """Read one line of the log."""
        self._mask.add(_secrets(call))
        if call["method"] == _PLUGIN:
            written = call.get("response", {}).get("stderr", "")
            self.plugin_errors += b64decode(written).decode(errors="replace")
        if call.get("progress") != "response_completed" or call.get("errors"):
            return
        reader = self._readers.get(call["method"].removeprefix("/pulumirpc."))
        if reader is not None:
            reader(call["request"], call["response"], call.get("metadata", {}).get("name", ""))

    def _meet(self, _request: Any, response: Any, pack: str) -> None:
        self._packs[pack] = response["name"]

    def _remediated(self, request: Any, response: Any, pack: str) -> None:
        if not request["type"].startswith(urns.PROVIDER_TYPE_PREFIX):
            self._declared.setdefault(request["urn"], frozenset(request.get("properties", {})))
        answer = _message(response, analyzer_pb2.RemediateResponse())
        for done in answer.remediations:
            self._journal.remediation(self._packs[pack], request["urn"], done)
        self._journal.not_applicable(self._packs[pack], request["urn"], answer.not_applicable)

    def _declares(self, request: Any, _response: Any, _name: str) -> None:
        """The names of a custom resource's inputs, as transforms have left them."""
        self._declared[request["urn"]] = frozenset(request.get("news", {}))

    def _analyzed(self, request: Any, response: Any, pack: str) -> None:
        """The last thing that happens to a resource before it is created: its inputs are final."""
        checked = _message(request, analyzer_pb2.AnalyzeRequest())
        self._checked[checked.urn] = checked
        if checked.type == urns.STACK_TYPE:
            self._stack = checked.urn
        self._judged(response, pack, checked.urn)
        if checked.type.startswith(urns.PROVIDER_TYPE_PREFIX):
            inputs = wire.decode(checked.properties)
            self._complete(_planned(checked, custom=True, outputs=inputs))

    def _stack_analyzed(self, request: Any, response: Any, pack: str) -> None:
        """What transforms have changed shows in the dependencies here alone.

        Raises:
            RehearsalError: the program has registered nothing, not even what the SDK does by itself.
        """
        asked = _message(request, analyzer_pb2.AnalyzeStackRequest())
        for shown in asked.resources:
            known = self._resources[shown.urn]
            found = {key: tuple(sources.urns) for key, sources in shown.propertyDependencies.items()}
            self._resources[shown.urn] = replace(
                known,
                dependencies=tuple(shown.dependencies),
                property_dependencies={**dict.fromkeys(known.property_dependencies, ()), **found},
            )
        stack = next((urn for urn in self._resources if urns.type_of(urn) == urns.STACK_TYPE), None)
        if stack is None:
            raise RehearsalError("the program ends before it has registered everything, its stack included")
        self._judged(response, pack, stack)

    def _judged(self, response: Any, pack: str, urn: str) -> None:
        answer = _message(response, analyzer_pb2.AnalyzeResponse())
        for found in answer.diagnostics:
            self._journal.violation(self._packs[pack], urn, found)
        self._journal.not_applicable(self._packs[pack], urn, answer.not_applicable)

    def _configured(self, request: Any, _response: Any, _name: str) -> None:
        """A provider's id is known when it is configured, and no answer to a program tells it."""
        known = self._resources.get(request.get("urn", ""))
        if known is not None:
            self._resources[known.urn] = replace(known, id=_known(request.get("id", "")))

    def _read(self, request: Any, _response: Any, _name: str) -> None:
        if request["type"] == urns.STACK_REFERENCE_TYPE:
            self._asked.add(request["id"])

    def _registered(self, request: Any, response: Any, _name: str) -> None:
        asked = _message(request, resource_pb2.RegisterResourceRequest())
        answer = _message(response, resource_pb2.RegisterResourceResponse())
        if not answer.urn:
            return  # refused: the CLI says why
        planned = _planned(self._checked[answer.urn], custom=asked.custom, outputs=wire.decode(answer.object))
        sources = {key: tuple(found.urns) for key, found in asked.propertyDependencies.items()}
        declared = self._declared.get(answer.urn, sources.keys())
        self._complete(
            replace(
                planned,
                id=_known(answer.id),
                dependencies=tuple(asked.dependencies),
                property_dependencies={name: sources.get(name, ()) for name in declared},
                source=self._sources.of(asked),
            )
        )

    def _outputs_registered(self, request: Any, _response: Any, _name: str) -> None:
        """
        Raises:
            RehearsalError: they are those of a custom resource, which the CLI takes.
        """
        asked = _message(request, resource_pb2.RegisterResourceOutputsRequest())
        if self._resources[asked.urn].custom:
            raise RehearsalError(provider_owns_outputs(asked.urn))
        outputs = {key: wire.transform(value, wire.flat) for key, value in wire.decode(asked.outputs).items()}
        self._resources[asked.urn] = replace(self._resources[asked.urn], outputs=outputs)

    def _complete(self, planned: PlannedResource) -> None:
        if planned.urn not in self._resources:
            self._journal.tell(Registered(planned.urn, planned.type, planned.name, planned.parent))
            self._journal.tell(Completed(planned.urn, planned.id))
        self._resources[planned.urn] = planned


def _planned(
    checked: analyzer_pb2.AnalyzeRequest, *, custom: bool, outputs: Mapping[str, Any]
) -> PlannedResource:
    return PlannedResource(
        urn=checked.urn,
        type=checked.type,
        name=checked.name,
        custom=custom,
        parent=checked.options.parent or None,
        id=None,
        inputs=wire.decode(checked.properties),
        outputs=wire.without_internal(outputs),
        provider=checked.provider.urn or None,
    )


def _secrets(logged: Any) -> Iterator[str]:
    """Every secret text in a message, of whatever kind that is."""
    if isinstance(logged, dict):
        marked = logged.get(wire.SIGNATURE_KEY) == wire.SECRET_SIGNATURE or logged.get("secret") is True
        yield from secret_texts(wire.Secret(logged.get("value"))) if marked else ()
    for part in logged.values() if isinstance(logged, dict) else logged if isinstance(logged, list) else ():
        yield from _secrets(part)


def _known(identity: str) -> str | None:
    return identity if identity not in ("", wire.UNKNOWN_SENTINEL) else None


def _message(document: Mapping[str, Any], message: M) -> M:
    """Read a logged message, of whatever version of Pulumi."""
    json_format.ParseDict(dict(document), message, ignore_unknown_fields=True)
    return message
