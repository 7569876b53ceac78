"""Whether the report and the policies say the same of the egress; where not, neither is to be trusted."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING

from enforcement import exceptions
from enforcement.masking import MASK
from mailroute.rehearsal.result import EngineFault
from reachability.verdict import Verdict
from rules import RULES
from rules.egress import WORKLOADS, violation_of

from .problems import PACK

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from reachability.egress import Egress
    from rules.rule import Options

    from .model import Report

_OF_NO_PATH = ("CONFIG_INVALID", "EXCEPTION_", "BASELINE_INVALID", "EVIDENCE_UNREADABLE")
"""How those messages of an egress rule begin that are of no egress."""


def check(report: Report, options: Mapping[str, Options], asked: Collection[str]) -> None:
    """See that mailroute's own pack, which has judged the stack, blocks what the report shows to be dead.

    Args:
        options: what the egress rules are told, by the rule: every option of each.
        asked: the rules of the pack that judge, by their names.

    Raises:
        EngineFault: it does not, such as where a program has kept a resource from the pack.
    """
    ours = (found for found in report.rehearsal.policies if found.pack == PACK)
    said = [found for found in ours if not found.message.startswith(_OF_NO_PATH)]
    failed = {found.policy for found in said if found.message.startswith("RULE_FAILED")}
    compared = WORKLOADS.keys() & set(asked) - failed
    by_policy = {(found.policy, found.urn) for found in said}
    by_report = set(_blocked(report, options))
    # Which path an exception is for is not to be told where report or policies do not show the destination.
    hidden = {
        change.after.urn
        for change in report.egress
        if change.after.destination.secret or MASK in change.judged
    }
    for rule, urn in sorted(by_policy ^ by_report):
        if rule not in compared or MASK in urn or (urn in hidden and _exemptions(options[rule])):
            continue
        one, other = ("report", "policy pack") if (rule, urn) in by_report else ("policy pack", "report")
        raise EngineFault(f"{rule} blocks {urn} by the {one} and not by the {other}: trust neither")


def _blocked(report: Report, options: Mapping[str, Options]) -> Iterator[tuple[str, str]]:
    """The egress rule and the workload of each egress in the report that blocks by itself."""
    rule_of = {token: rule.name for rule in RULES if rule.name in WORKLOADS for token in rule.judges}
    types = {resource.urn: resource.type for resource in report.rehearsal.resources}
    for egress in (change.after for change in report.egress):
        rule = rule_of[types[egress.urn]]
        if _blocks(egress, options[rule]):
            yield rule, egress.urn


def _blocks(egress: Egress, options: Options) -> bool:
    advisory = egress.verdict is Verdict.UNDETERMINED and options["undetermined"] == "advisory"
    if egress.verdict is Verdict.REACHABLE or egress.destination.optional or advisory:
        return False
    return exceptions.find(_exemptions(options), violation_of(egress)) is None


def _exemptions(options: Options) -> Sequence[exceptions.Exemption]:
    return exceptions.read(options, datetime.now(timezone.utc).date())[0]
