"""Pulumi's `Analyzer` protocol: what the engine asks about resources, the pack answers from the message.

The policy SDK registers the policies, describes them and serves them. Its own answers deserialise each
resource once for every policy, the whole stack too, and drop what the program only reads and what is
marked as secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any, Final

from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

from .answer import Answer
from .pack import Enforcement
from .wire import decode

SDK: Final = "pulumi-policy"
TESTED: Final = ("1.21.0",)
"""The versions of the SDK with which all of this was tested."""


class VersionError(Exception):
    """The SDK is not one that the pack was tested with: `str()` is one line with the remedy."""


def serve(enforcement: Enforcement) -> None:
    """Have the SDK's server, once it starts, hand the engine's questions about resources to `enforcement`.

    Raises:
        VersionError: this SDK may serve in another way, and what the pack does not see it cannot block.
    """
    installed = version(SDK)
    if installed not in TESTED:
        raise VersionError(
            f"{SDK} {installed} is installed, and this pack was tested with {', '.join(TESTED)} alone: "
            f"pip install {SDK}=={TESTED[-1]}"
        )
    register: Any = analyzer_pb2_grpc.add_AnalyzerServicer_to_server

    def register_ours(servicer: Any, server: Any) -> None:
        register(Analyzer(servicer, enforcement), server)

    analyzer_pb2_grpc.add_AnalyzerServicer_to_server = register_ours


class Analyzer:
    """The servicer of the SDK, but for the questions about resources."""

    def __init__(self, sdk: Any, enforcement: Enforcement) -> None:
        self._sdk = sdk
        self._enforcement = enforcement
        self._info = sdk.GetAnalyzerInfo(Empty(), None)
        self._take_levels({})

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sdk, name)

    def Configure(self, request: Any, context: Any) -> Any:
        """Take the level and the options of each policy."""
        given = request.policyConfig
        self._take_levels({name: config.enforcementLevel for name, config in given.items()})
        self._enforcement.configure({name: decode(config.properties) for name, config in given.items()})
        return self._sdk.Configure(request, context)

    def _take_levels(self, given: Mapping[str, int]) -> None:
        """A policy that is given no level has its own."""
        own = {policy.name: policy.enforcementLevel for policy in self._info.policies}
        self._levels = {**own, **given}
        self._unchanged = self._not_remediated()

    def Remediate(self, _request: Any, _context: Any) -> Any:
        """No rule changes a resource."""
        return self._unchanged

    def _not_remediated(self) -> Any:
        response = analyzer_pb2.RemediateResponse()
        for policy in self._info.policies:
            is_asked = self._levels[policy.name] == analyzer_pb2.REMEDIATE
            if is_asked and policy.policy_type == analyzer_pb2.POLICY_TYPE_RESOURCE:
                response.not_applicable.add(policy_name=policy.name, reason="it remediates nothing")
        return response

    def Analyze(self, request: Any, _context: Any) -> Any:
        """Judge one resource before it is created."""
        answer = Answer(self._info, self._levels)
        self._enforcement.judge_resource(request, answer)
        return answer.message

    def AnalyzeStack(self, request: Any, _context: Any) -> Any:
        """Judge the whole stack."""
        answer = Answer(self._info, self._levels)
        self._enforcement.judge_stack(request, answer)
        return answer.message
