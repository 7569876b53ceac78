"""The services that a program talks to: Pulumi's `ResourceMonitor` and `Engine`."""

from __future__ import annotations

import re
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, Final, TypeVar

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, resource_pb2, resource_pb2_grpc

from ..result import Diagnostic, EngineFault, RehearsalError, Severity
from ..shared import tracebacks, urns
from .children import PARALLEL
from .deployment import InvokeError
from .review import MandatoryViolationError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ..shared.journal import Journal
    from .deployment import Deployment
    from .lifecycle import Lifecycle

FEATURES: Final = (
    "SECRETS",
    "RESOURCE_REFERENCES",
    "OUTPUT_VALUES",
    "ALIAS_SPECS",
    "REPLACEMENT_TRIGGER",
    "DELETED_WITH",
    "REPLACE_WITH",
    "TRANSFORMS",
    "INVOKE_TRANSFORMS",
    "PARAMETERIZATION",
    "RESOURCE_HOOKS",
    "INVOKE_DEPENDS_ON",
    "INVOKE_PARENT",
)
"""What this engine does. The SDK itself refuses a program that needs another of its features."""

_SEVERITIES: Final = {
    engine_pb2.INFO: Severity.INFO,
    engine_pb2.WARNING: Severity.WARNING,
    engine_pb2.ERROR: Severity.ERROR,
}

_Answer = TypeVar("_Answer")


class Monitor(resource_pb2_grpc.ResourceMonitorServicer):
    """Answers the program. What ends the rehearsal is never answered: the program is ended instead."""

    def __init__(self, deployment: Deployment, lifecycle: Lifecycle) -> None:
        self._deployment = deployment
        self._lifecycle = lifecycle

    def GetDeploymentInfo(self, request: Empty, context: grpc.ServicerContext) -> resource_pb2.DeploymentInfo:
        del request
        return self._answer(context, self._deployment_info)

    def _deployment_info(self) -> resource_pb2.DeploymentInfo:
        project = self._deployment.project
        return resource_pb2.DeploymentInfo(
            project=project.name,
            stack=project.stack,
            organization=project.organization,
            config=project.config,
            configSecretKeys=sorted(project.secret_keys),
            dryRun=self._deployment.preview,
            parallel=PARALLEL,
            supportedFeatures=[
                resource_pb2.ResourceMonitorFeature.Value(f"RESOURCE_MONITOR_FEATURE_{name}")
                for name in FEATURES
            ],
        )

    def SupportsFeature(
        self, request: resource_pb2.SupportsFeatureRequest, context: grpc.ServicerContext
    ) -> resource_pb2.SupportsFeatureResponse:
        # Older SDKs ask for one feature at a time, by its name in camelCase.
        name = re.sub("([A-Z])", r"_\1", request.id).upper()
        return self._answer(
            context, lambda: resource_pb2.SupportsFeatureResponse(hasSupport=name in FEATURES)
        )

    def RegisterResource(
        self, request: resource_pb2.RegisterResourceRequest, context: grpc.ServicerContext
    ) -> resource_pb2.RegisterResourceResponse:
        what = f"registers {request.type} {request.name!r}"
        return self._answer(context, lambda: self._deployment.register(request), what)

    def RegisterResourceOutputs(
        self, request: resource_pb2.RegisterResourceOutputsRequest, context: grpc.ServicerContext
    ) -> Empty:
        what = f"registers outputs of {urns.name_of(request.urn)!r}"
        return self._carry_out(context, lambda: self._deployment.register_outputs(request), what)

    def ReadResource(
        self, request: resource_pb2.ReadResourceRequest, context: grpc.ServicerContext
    ) -> resource_pb2.ReadResourceResponse:
        what = f"reads {request.type} {request.name!r}"
        return self._answer(context, lambda: self._deployment.read(request), what)

    def Invoke(
        self, request: resource_pb2.ResourceInvokeRequest, context: grpc.ServicerContext
    ) -> resource_pb2.ResourceInvokeResponse:
        return self._answer(context, lambda: self._deployment.invoke(request), f"calls {request.tok}")

    def Call(self, request: resource_pb2.ResourceCallRequest, context: grpc.ServicerContext) -> Any:
        return self._refuse(context, f"the program calls the method {request.tok}")

    def ExistsResource(
        self, request: resource_pb2.ExistsResourceRequest, context: grpc.ServicerContext
    ) -> Any:
        return self._refuse(context, f"the program asks whether {request.type} {request.id!r} exists")

    def RegisterPackage(
        self, request: resource_pb2.RegisterPackageRequest, context: grpc.ServicerContext
    ) -> Any:
        # Such a package is none that is simulated: all that counts is that the program can go on.
        name = request.parameterization.name or request.extension.name or request.name
        return self._answer(context, lambda: resource_pb2.RegisterPackageResponse(ref=name))

    def RegisterErrorHook(
        self, request: resource_pb2.RegisterErrorHookRequest, context: grpc.ServicerContext
    ) -> Any:
        return self._refuse(context, f"the program registers the error hook {request.name!r}")

    def RegisterStackTransform(self, request: Any, context: grpc.ServicerContext) -> Empty:
        transforms = self._deployment.callbacks.stack_transforms
        return self._carry_out(context, lambda: transforms.append(request))

    def RegisterStackInvokeTransform(self, request: Any, context: grpc.ServicerContext) -> Empty:
        transforms = self._deployment.callbacks.invoke_transforms
        return self._carry_out(context, lambda: transforms.append(request))

    def RegisterResourceHook(
        self, request: resource_pb2.RegisterResourceHookRequest, context: grpc.ServicerContext
    ) -> Empty:
        return self._carry_out(context, lambda: self._deployment.callbacks.add_hook(request))

    def SignalAndWaitForShutdown(self, request: Empty, context: grpc.ServicerContext) -> Empty:
        del request
        return self._carry_out(context, self._finish)

    def _finish(self) -> None:
        # The program has declared everything, and stays only to answer callbacks, of which none is left.
        self._lifecycle.judge_once(self._deployment.analyze_stack)
        self._deployment.callbacks.close()

    def _carry_out(self, context: grpc.ServicerContext, work: Callable[[], None], what: str = "") -> Empty:
        self._answer(context, work, what)
        return Empty()

    def _refuse(self, context: grpc.ServicerContext, what: str) -> Any:
        def refuse() -> None:
            raise RehearsalError(f"{what}: a rehearsal does not simulate that")

        return self._answer(context, refuse)

    def _answer(self, context: grpc.ServicerContext, work: Callable[[], _Answer], what: str = "") -> _Answer:
        """The answer that `work` gives; `what` the program does, if that counts for the stack's judgement."""
        # The program waits here, with the first thing that it asks, until the packs are ready.
        self._lifecycle.wait_until_ready()
        try:
            if not self._lifecycle.is_over:
                with self._lifecycle.answering(what) if what else nullcontext():
                    return work()
        except InvokeError as refusal:
            context.abort(grpc.StatusCode.UNKNOWN, str(refusal))
        except (MandatoryViolationError, RehearsalError, EngineFault) as end:
            self._lifecycle.end(end)
        except Exception as error:
            self._lifecycle.end(EngineFault.of(error))
        self._lifecycle.wait_until_over()
        context.abort(grpc.StatusCode.UNAVAILABLE, "the rehearsal is over")
        raise AssertionError  # abort() has raised


class Engine(engine_pb2_grpc.EngineServicer):
    """Takes what the program logs."""

    def __init__(self, journal: Journal, directory: Path) -> None:
        self._journal = journal
        self._directory = directory
        self._root = ""

    def Log(self, request: engine_pb2.LogRequest, context: grpc.ServicerContext) -> Empty:
        del context
        severity = _SEVERITIES.get(request.severity)
        if severity is Severity.ERROR:
            message = tracebacks.one_line(request.message, self._directory)
            self._journal.hold(Diagnostic(severity, message, request.urn))
        elif severity is not None and not request.ephemeral:
            self._journal.note(Diagnostic(severity, request.message, request.urn))
        return Empty()

    def GetRootResource(self, request: Any, context: grpc.ServicerContext) -> Any:
        del request, context
        return engine_pb2.GetRootResourceResponse(urn=self._root)

    def SetRootResource(
        self, request: engine_pb2.SetRootResourceRequest, context: grpc.ServicerContext
    ) -> Any:
        del context
        self._root = request.urn
        return engine_pb2.SetRootResourceResponse()

    def RequirePulumiVersion(
        self, request: engine_pb2.RequirePulumiVersionRequest, context: grpc.ServicerContext
    ) -> Any:
        del context
        note = f"the program requires Pulumi {request.pulumi_version_range}, which a rehearsal does not check"
        self._journal.note(Diagnostic(Severity.WARNING, note))
        return engine_pb2.RequirePulumiVersionResponse()
