"""The rules as Pulumi policies, and their judgement of what an engine shows of a deployment."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import cache, partial
from typing import Any, Final

import pulumi_policy as sdk
from pulumi.runtime.proto.analyzer_pb2 import AnalyzeRequest, AnalyzeStackRequest

from reachability.graph import Resource
from rules.rule import Judge, Options, Rule, Stack, Violation

from . import options
from .answer import Answer
from .deployment import STACK_TYPE, Deployment
from .redaction import secret_texts
from .reporter import Advisories, Configuration, Reporter
from .stacks import Stacks
from .wire import decode

ADVISORIES: Final = "advisories"


class StackRulePolicy(sdk.StackValidationPolicy, sdk.ResourceValidationPolicy):
    """A policy that sees each resource before it is created, and the whole stack at the end.

    As one policy it has one level, one configuration and one list of exceptions for both.
    """

    def __init__(self, rule: Rule) -> None:
        super().__init__(rule.name, _description(rule))
        self.enforcement_level = sdk.EnforcementLevel.MANDATORY
        self.config_schema = _config_schema(rule)
        self.severity = sdk.Severity(rule.severity.value)
        self.remediation_steps = rule.remedy

    def validate(self, args: object, report_violation: object) -> None:
        _is_not_served(args, report_violation)


def policies(rules: Iterable[Rule]) -> list[sdk.Policy]:
    """One policy for each rule, and one that reports what does not block."""
    return [
        *map(_policy, rules),
        sdk.StackValidationPolicy(
            ADVISORIES,
            "What the rules found and the stack's configuration says not to block on.",
            _is_not_served,
            enforcement_level=sdk.EnforcementLevel.ADVISORY,
            severity=sdk.Severity.LOW,
        ),
    ]


def _policy(rule: Rule) -> sdk.Policy:
    if rule.check is not None:
        return StackRulePolicy(rule)
    return sdk.ResourceValidationPolicy(
        rule.name,
        _description(rule),
        _is_not_served,
        enforcement_level=sdk.EnforcementLevel.MANDATORY,
        config_schema=_config_schema(rule),
        severity=sdk.Severity(rule.severity.value),
        remediation_steps=rule.remedy,
    )


def _is_not_served(*_: object) -> None:
    """What the SDK would call if it answered the engine itself: a deployment must not pass unjudged.

    Raises:
        RuntimeError: always.
    """
    raise RuntimeError(
        "mailroute: the policy SDK does not let the pack answer: install the pulumi-policy that its "
        "requirements.txt names"
    )


def _description(rule: Rule) -> str:
    return f"{rule.description} (AWS: {rule.reference})"


def _config_schema(rule: Rule) -> sdk.PolicyConfigSchema:
    return sdk.PolicyConfigSchema(properties=options.schema(rule))


class Enforcement:
    """Judges one deployment by the rules.

    Args:
        updating: whether this is an update. In a preview the whole stack is judged before anything
            is created; in an update it is judged when everything has been, so that what a resource
            alone can decide is decided before its creation.
        today: the day that exceptions are measured by.
        stored: whether a stack's state is judged, which no program deploys.
    """

    def __init__(self, rules: Iterable[Rule], *, updating: bool, today: date, stored: bool = False) -> None:
        self._rules = tuple(rules)
        self._updating = updating
        self._today = today
        self._deployment = Deployment(stored=stored)
        self._advisories: Advisories = deque()
        self.configure({})

    def configure(self, given: Mapping[str, Mapping[str, Any]]) -> None:
        """Take the stack's configuration, by the names of the rules; defaults stand in."""
        self._configurations = {
            rule.name: Configuration.read(rule, given.get(rule.name, {}), self._today) for rule in self._rules
        }

    def judge_resource(self, request: AnalyzeRequest, answer: Answer) -> None:
        """Remember one resource for the rules of the whole stack, and judge what it alone can decide."""
        self._deployment.remember(request)
        for rule in self._rules:
            waits = rule.check is not None and not self._updating
            if waits or not answer.is_asked(rule.name):
                continue
            if request.type == STACK_TYPE:
                self._reporter(rule, answer, tuple).report_problems()
            if request.type in rule.judges:
                self._judge_alone(rule, request, answer)
            elif rule.check is None:
                answer.not_applicable(rule.name, f"{rule.name} does not judge {request.type}")

    def _judge_alone(self, rule: Rule, request: AnalyzeRequest, answer: Answer) -> None:
        resource = self._deployment.declared(request)
        if rule.check_alone is not None and self._deployment.manages(resource):
            configured = self._configurations[rule.name].options
            check = partial(rule.check_alone, resource, configured)
            reporter = self._reporter(rule, answer, lambda: secret_texts(decode(request.properties)))
            reporter.run_check(resource, check)

    def judge_stack(self, request: AnalyzeStackRequest, answer: Answer) -> None:
        """Judge the resources of a whole stack, one by one; then report what does not block."""
        stacks = Stacks(partial(self._deployment.program, request))
        secrets = cache(partial(self._deployment.secrets, request))
        present = {resource.type for resource in request.resources}
        told = any(self._was_judged(resource.urn) for resource in request.resources)
        for rule in self._rules:
            if rule.check is None or not answer.is_asked(rule.name):
                continue
            reporter = self._reporter(rule, answer, secrets)
            if not told:
                reporter.report_problems()
            if present.isdisjoint(rule.judges):
                answer.not_applicable(rule.name, f"the stack has nothing that {rule.name} judges")
            else:
                self._judge_together(rule, stacks, reporter)
        if answer.is_asked(ADVISORIES):
            while self._advisories:
                answer.report(ADVISORIES, *self._advisories.popleft())

    def _judge_together(self, rule: Rule, stacks: Stacks, reporter: Reporter) -> None:
        configured = self._configurations[rule.name].options
        try:
            stack = stacks.build(configured)
        except Exception as error:
            reporter.report_failure(error)
            return
        reporter.report_evidence(stack)
        judge = _prepare(rule, stack, configured)
        for resource in stack.program.of_type(*rule.judges):
            reporter.run_check(resource, partial(self._check, rule, judge, resource, configured))

    def _check(
        self, rule: Rule, judge: Judge, resource: Resource, configured: Options
    ) -> Iterator[Violation]:
        if rule.check_alone is not None and not self._was_judged(resource.key):
            yield from rule.check_alone(resource, configured)
        yield from judge(resource)

    def _was_judged(self, urn: str) -> bool:
        """Whether what a resource alone can decide was decided before its creation."""
        return self._updating and urn in self._deployment

    def _reporter(self, rule: Rule, answer: Answer, secrets: Callable[[], Iterable[str]]) -> Reporter:
        report = partial(answer.report, rule.name)
        return Reporter(rule, self._configurations[rule.name], report, self._advisories, secrets)


def _prepare(rule: Rule, stack: Stack, configured: Options) -> Judge:
    """What judges each resource; where that breaks before the first, it breaks for each one."""
    try:
        return rule.check(stack, configured) if rule.check is not None else _finds_nothing
    except Exception as error:
        return partial(_raise, error)


def _finds_nothing(_resource: Resource) -> Iterable[Violation]:
    return ()


def _raise(error: Exception, _resource: Resource) -> Iterator[Violation]:
    raise error
