"""The answer to one question of the engine about resources."""

from __future__ import annotations

from collections.abc import Mapping

from pulumi.runtime.proto.analyzer_pb2 import (
    DISABLED,
    MANDATORY,
    REMEDIATE,
    AnalyzeResponse,
    AnalyzerInfo,
)


class Answer:
    """What the policies say, each by its name.

    Args:
        pack: how the pack describes itself and its policies.
        levels: the enforcement level that the stack gives each policy.
    """

    def __init__(self, pack: AnalyzerInfo, levels: Mapping[str, int]) -> None:
        self.message = AnalyzeResponse()
        self._pack = pack
        self._levels = levels

    def is_asked(self, policy: str) -> bool:
        """Whether the stack has the policy enabled."""
        return self._levels[policy] != DISABLED

    def report(self, policy: str, message: str, urn: str | None) -> None:
        """Report a violation, of the stack as a whole where `urn` is `None`."""
        (info,) = (info for info in self._pack.policies if info.name == policy)
        level = self._levels[policy]
        # A lone surrogate, as an escape in JSON may give, is no text that the protocol takes.
        message = message.encode("utf-8", "backslashreplace").decode()
        self.message.diagnostics.add(
            policyName=policy,
            policyPackName=self._pack.name,
            policyPackVersion=self._pack.version,
            description=info.description,
            message=f"{info.description}\n{message}",
            urn=urn or "",
            # What cannot be remediated blocks.
            enforcementLevel=MANDATORY if level == REMEDIATE else level,
            severity=info.severity,
        )

    def not_applicable(self, policy: str, reason: str) -> None:
        """Say that there is nothing for the policy to judge."""
        self.message.not_applicable.add(policy_name=policy, reason=reason)
