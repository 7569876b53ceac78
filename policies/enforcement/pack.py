"""Makes Pulumi policies of the rules, and sees that nothing that goes wrong lets a stack pass."""

from __future__ import annotations

import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Final

import pulumi_policy as sdk

from reachability.graph import Resource
from rules.rule import Judge, Options, Rule, Stack, Violation

from . import exceptions, options, stacks
from .accessor import STACK_TYPE, Declarations
from .sources import Sources

ADVISORIES: Final = "advisories"

Report = Callable[..., None]


class StackRulePolicy(sdk.StackValidationPolicy, sdk.ResourceValidationPolicy):
    """A policy that sees each resource before it is created, and the whole stack at the end.

    As one policy it has one level, one configuration and one list of exceptions for both.
    """

    def __init__(self, rule: Rule, enforcement: Enforcement) -> None:
        super().__init__(rule.name, _description(rule))
        self.enforcement_level = sdk.EnforcementLevel.MANDATORY
        self.config_schema = _config_schema(rule)
        self.severity = sdk.Severity(rule.severity.value)
        self.remediation_steps = rule.remedy
        self._rule = rule
        self._enforcement = enforcement

    def validate(
        self, args: sdk.ResourceValidationArgs | sdk.StackValidationArgs, report_violation: Report
    ) -> None:
        if isinstance(args, sdk.StackValidationArgs):
            self._enforcement.judge_stack(self._rule, args, report_violation)
        else:
            self._enforcement.judge_declaration(self._rule, args, report_violation)


class Enforcement:
    """What the policies of one deployment share.

    Args:
        updating: whether this is an update. In a preview the whole stack is judged before anything
            is created; in an update it is judged when everything has been, so that what a resource
            alone can decide is decided before its creation.
        today: the day that exceptions are measured by.
        stored: whether a stack's state is judged, which no program deploys.
        sources: where the values of that stack come from; by default as far as the SDK tells.
    """

    def __init__(
        self, *, updating: bool, today: date, stored: bool = False, sources: Sources | None = None
    ) -> None:
        self._updating = updating
        self._today = today
        self._declarations = Declarations(sources or Sources(), stored=stored)
        self._advisories: deque[tuple[str, str | None]] = deque()

    def policies(self, rules: Iterable[Rule]) -> list[sdk.Policy]:
        """One policy for each rule, and one that reports what does not block."""
        return [
            *(self._policy(rule) for rule in rules),
            sdk.StackValidationPolicy(
                ADVISORIES,
                "What the rules found and the stack's configuration says not to block on.",
                self._report_advisories,
                enforcement_level=sdk.EnforcementLevel.ADVISORY,
                severity=sdk.Severity.LOW,
            ),
        ]

    def _policy(self, rule: Rule) -> sdk.Policy:
        if rule.check is not None:
            return StackRulePolicy(rule, self)
        return sdk.ResourceValidationPolicy(
            rule.name,
            _description(rule),
            partial(self.judge_resource, rule),
            enforcement_level=sdk.EnforcementLevel.MANDATORY,
            config_schema=_config_schema(rule),
            severity=sdk.Severity(rule.severity.value),
            remediation_steps=rule.remedy,
        )

    def judge_resource(self, rule: Rule, args: sdk.ResourceValidationArgs, report: Report) -> None:
        """Judge one resource by a rule that needs nothing else."""
        self._judge_alone(rule, args, report)
        if args.resource_type not in rule.judges:
            args.not_applicable(f"{rule.name} does not judge {args.resource_type}")

    def judge_declaration(self, rule: Rule, args: sdk.ResourceValidationArgs, report: Report) -> None:
        """Remember one resource for a rule of the whole stack; in an update, judge what it alone decides."""
        if self._updating:
            self._judge_alone(rule, args, report)
        else:
            self._declarations.remember(args)

    def _judge_alone(self, rule: Rule, args: sdk.ResourceValidationArgs, report: Report) -> None:
        resource = self._declarations.remember(args)
        docket = self._docket(rule, args.get_config(), report)
        if resource.type == STACK_TYPE:
            docket.report_problems()
        if rule.check_alone is None or not self._declarations.manages(resource):
            return
        if resource.type in rule.judges:
            docket.hear(resource, partial(rule.check_alone, resource, docket.options))

    def judge_stack(self, rule: Rule, args: sdk.StackValidationArgs, report: Report) -> None:
        """Judge, one by one, the resources of a whole stack."""
        docket = self._docket(rule, args.get_config(), report)
        if not any(self._was_said(resource.urn) for resource in args.resources):
            docket.report_problems()
        if not any(resource.resource_type in rule.judges for resource in args.resources):
            args.not_applicable(f"the stack has nothing that {rule.name} judges")
        try:
            stack = stacks.build(self._declarations.with_outputs(args.resources), docket.options)
        except Exception as error:
            docket.report_failure(error)
            return
        docket.report_evidence(stack)
        judge = _prepare(rule, stack, docket.options)
        for resource in stack.program.of_type(*rule.judges):
            docket.hear(resource, partial(self._check, rule, judge, resource, docket.options))

    def _check(
        self, rule: Rule, judge: Judge, resource: Resource, configured: Options
    ) -> Iterator[Violation]:
        if rule.check_alone is not None and not self._was_said(resource.key):
            yield from rule.check_alone(resource, configured)
        yield from judge(resource)

    def _was_said(self, urn: str) -> bool:
        """Whether what a resource alone can decide was decided before its creation."""
        return self._updating and self._declarations.find(urn) is not None

    def _docket(self, rule: Rule, config: Mapping[str, Any], report: Report) -> Docket:
        return Docket(rule, config, self._today, report, self._advisories)

    def _report_advisories(self, _args: sdk.StackValidationArgs, report: Report) -> None:
        while self._advisories:
            report(*self._advisories.popleft())


class Docket:
    """Where one policy hears its cases: what it finds blocks, unless its configuration says otherwise."""

    def __init__(
        self,
        rule: Rule,
        config: Mapping[str, Any],
        today: date,
        report: Report,
        advisories: deque[tuple[str, str | None]],
    ) -> None:
        self._rule = rule
        self._report = report
        self._advisories = advisories
        self.options, invalid = options.read(rule, config)
        self._exemptions, not_in_force = exceptions.read(self.options, today)
        self._problems = (*invalid, *not_in_force)

    def report_problems(self) -> None:
        """Report what is wrong with the configuration itself."""
        for problem in self._problems:
            self._report(str(problem), problem.urn)

    def report_evidence(self, stack: Stack) -> None:
        """Report that what is known of the account could not be read."""
        if stack.evidence_problem is not None:
            self._report(f"EVIDENCE_UNREADABLE: {stack.evidence_problem}.", None)

    def report_failure(self, error: Exception) -> None:
        """Report that nothing is known of the whole stack."""
        self._report(str(_failure(self._rule, error, "the stack", None)), None)

    def hear(self, resource: Resource, check: Callable[[], Iterable[Violation]]) -> None:
        """Report what `check` finds, and, where it breaks, that nothing is known of `resource`.

        A check that breaks is our own fault. It blocks, and it leaves the resources after it judged.
        """
        found: list[Violation] = []
        try:
            for violation in check():
                found.append(violation)
        except Exception as error:
            found.append(_failure(self._rule, error, resource.name, resource.key))
        for violation in found:
            self._settle(violation)

    def _settle(self, found: Violation) -> None:
        exemption = exceptions.find(self._exemptions, found)
        if exemption is not None:
            self._advise(found, f"accepted until {exemption.expires}: {exemption.reason}")
        elif found.optional:
            self._advise(found, "optional")
        elif found.undetermined and self.options["undetermined"] == "advisory":
            self._advise(found, "undetermined")
        else:
            self._report(str(found), found.urn)

    def _advise(self, found: Violation, why: str) -> None:
        told = replace(found, message=f"({self._rule.name}, {why}) {found.message}")
        self._advisories.append((str(told), found.urn))


def _failure(rule: Rule, error: Exception, judged: str, urn: str | None) -> Violation:
    """Says where `error` came from, and nothing that it says: its text may hold a secret."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return Violation(
        urn,
        ("RULE_FAILED",),
        f"{rule.name} failed on {judged}, so that nothing is known of it: "
        f"{type(error).__name__} at {Path(place.filename).name}:{place.lineno}.",
        "This is a fault of the policy pack: report it with this line.",
    )


def _prepare(rule: Rule, stack: Stack, configured: Options) -> Judge:
    """What judges each resource; where that breaks before the first, each one hears of it."""
    try:
        return rule.check(stack, configured) if rule.check is not None else _says_nothing
    except Exception as error:
        return partial(_raise, error)


def _says_nothing(_resource: Resource) -> Iterable[Violation]:
    return ()


def _raise(error: Exception, _resource: Resource) -> Iterator[Violation]:
    raise error


def _description(rule: Rule) -> str:
    return f"{rule.description} (AWS: {rule.reference})"


def _config_schema(rule: Rule) -> sdk.PolicyConfigSchema:
    return sdk.PolicyConfigSchema(properties=options.schema(rule))
