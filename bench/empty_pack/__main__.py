"""A pack that looks at nothing: one policy of each kind, so that the SDK walks the whole graph."""

from __future__ import annotations

from pulumi_policy import (
    EnforcementLevel,
    PolicyPack,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)


def _resource(args: ResourceValidationArgs, report: ReportViolation) -> None:
    """No resource breaks it."""


def _stack(args: StackValidationArgs, report: ReportViolation) -> None:
    """No stack breaks it."""


PolicyPack(
    name="empty",
    policies=[
        ResourceValidationPolicy("resource", "Judges no resource.", _resource),
        StackValidationPolicy("stack", "Judges no stack.", _stack),
    ],
    enforcement_level=EnforcementLevel.MANDATORY,
)
