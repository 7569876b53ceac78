"""Compares the egress that the report shows with what the egress rules of the pack say, entry by entry."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Final

from enforcement import exceptions, options
from mailroute.cli.inputs import rule_options
from mailroute.rehearsal.result import Level, PolicyResult, Rehearsal, RehearsalError
from mailroute.report.agreement import check
from mailroute.report.build import build
from mailroute.report.model import EgressChange, Report
from mailroute.report.redact import MASK
from reachability import Verdict
from rules import RULES
from rules.egress import WORKLOADS, violation_of
from tests.policies.harness import PACK, Result

Told = dict[str, dict[str, Any]]
"""Options by rule, as `--policy-pack-config` gives them."""

SERVICES: Final = "apprunner-egress-route"
TASKS: Final = "workload-egress-route"
BREVO: Final = "smtp-relay.brevo.com"
OF_CONFIGURATION: Final = {"CONFIG_INVALID", "EXCEPTION_EXPIRED", "EXCEPTION_INVALID"}

_RULE_OF: Final = {token: rule.name for rule in RULES if rule.name in WORKLOADS for token in rule.judges}
JUDGED: Final = _RULE_OF.keys()
"""The types of the workloads whose egress is judged."""
_ADVICE: Final = re.compile(r": \((?P<rule>[a-z-]+), [^)]*\) ")


def configurations(rehearsal: Rehearsal, account: Mapping[str, Any], folder: Path) -> dict[str, Told]:
    """By what they change, configurations that change the judgement of most programs; some are wrong."""
    names = sorted(entry.name for entry in rehearsal.resources if entry.type in _RULE_OF)
    accepted = [{"resource": name, "reason": "known", "expires": "2999-12-31"} for name in names]
    accepted[::2] = [{**entry, "code": "NO_ROUTE_TO_DESTINATION"} for entry in accepted[::2]]
    ses, chat = ({"host": f"email-smtp.{account['region']}.amazonaws.com", "port": 465}, "hooks.example.com")
    state = folder / "state.json"
    state.write_text(json.dumps(_state(account)), encoding="utf-8")
    return {
        "nothing": {},
        "other variables of services": {SERVICES: {"hostVariables": ["RELAY_HOST"]}},
        "other variables of tasks": {TASKS: {"hostVariables": ["RELAY_HOST"], "portVariables": []}},
        "more destinations": {
            SERVICES: {"destinations": [ses, {"host": chat, "port": 443, "optional": True}]},
            TASKS: {"destinations": [{"host": BREVO, "port": 587.0}, {"host": BREVO, "port": 2525}]},
        },
        "known addresses": {
            SERVICES: {"addresses": {BREVO: ["10.0.1.0/24"]}},
            TASKS: {"addresses": {BREVO.upper(): ["185.107.232.0/25"], chat: ["2001:db8::/32"]}},
        },
        "what is undetermined is advisory": {
            SERVICES: {"undetermined": "advisory"},
            TASKS: {"undetermined": "advisory", "destinations": [ses]},
        },
        "exceptions": {SERVICES: {"exceptions": accepted}, TASKS: {"exceptions": accepted}},
        "what the stack manages": {SERVICES: {"state": str(state)}},
        "a state that is none": {TASKS: {"state": str(folder / "nowhere.json")}},
        "a destination without host": {SERVICES: {"destinations": [{"port": 587}], "hostVariables": ["X"]}},
        "a block that is none": {TASKS: {"addresses": {BREVO: ["10.0.0.0/33"]}, "destinations": [ses]}},
        "an option that is none": {TASKS: {"destination": [ses]}, SERVICES: {"hostVariables": "SMTP_HOST"}},
    }


def _state(account: Mapping[str, Any]) -> dict[str, Any]:
    """The state of a stack that manages the gateways and endpoints of the account."""
    managed = [entry for entry in account["resources"] if re.search(r"Gateway|Endpoint", entry["type"])]
    resources = [
        {"urn": f"urn:{entry['id']}", "custom": True, "id": entry["id"], "type": entry["type"], "outputs": {}}
        for entry in managed
    ]
    return {"version": 3, "deployment": {"resources": resources}}


def with_evidence(told: Told, account: Mapping[str, Any], folder: Path) -> Told:
    """The same with the account as the evidence, as a rehearsal gives it to the pack."""
    file = folder / "account.json"
    file.write_text(json.dumps(account), encoding="utf-8")
    return {rule: {**told.get(rule, {}), "evidence": str(file)} for rule in {*told, *WORKLOADS}}


@dataclass(frozen=True)
class Said:
    """One destination of one workload that is not certainly reached, as the report or the pack says it.

    Attributes:
        text: what is wrong, and the path; empty where the host is a secret, which each says in its way.
    """

    rule: str
    urn: str
    blocks: bool
    codes: tuple[str, ...]
    text: str


def compare(
    rehearsal: Rehearsal, account: Mapping[str, Any], told: Told, results: Sequence[Result], folder: Path
) -> int:
    """See that report and pack agree under the configuration `told`.

    Returns:
        How many destinations both say are not certainly reached.
    """
    file = folder / "config.json"
    file.write_text(json.dumps(told), encoding="utf-8")
    wrong = [result.message for result in results if result.codes == ("CONFIG_INVALID",)]
    refusal = _refusal(file)
    assert bool(refusal) == bool(wrong)
    assert all(any(_objection(message) in line for message in wrong) for line in refusal)

    read = {rule.name: options.read(rule, told.get(rule.name, {}))[0] for rule in RULES}
    report = build(_judged(rehearsal, results), account, read, account="", program=folder, packs=[PACK])
    shown = Counter(_shown(change, read, rehearsal) for change in report.egress)
    del shown[None]
    assert Counter(_told(report)) == shown
    check(report, read, read.keys())
    return sum(shown.values())


def _refusal(file: Path) -> list[str]:
    """What the command line says before the run, if anything."""
    try:
        rule_options(file, [PACK])
    except RehearsalError as error:
        return [str(error)]
    return []


def _objection(message: str) -> str:
    return message.removeprefix("CONFIG_INVALID: ").partition(" Remedy: ")[0]


def _judged(rehearsal: Rehearsal, results: Iterable[Result]) -> Rehearsal:
    policies = (
        PolicyResult("mailroute", result.policy, Level(result.level.lower()), result.urn, result.message)
        for result in results
    )
    return replace(rehearsal, policies=tuple(policies))


def _shown(change: EgressChange, read: Mapping[str, Any], rehearsal: Rehearsal) -> Said | None:
    """What the report shows; `None` of what is reached without a warning."""
    egress = change.after
    if not egress.outcome.told:
        return None
    (type_token,) = (entry.type for entry in rehearsal.resources if entry.urn == egress.urn)
    rule = _RULE_OF[type_token]
    found = violation_of(egress)
    open_is_fine = read[rule]["undetermined"] == "advisory" and egress.verdict is Verdict.UNDETERMINED
    in_force, _ = exceptions.read(read[rule], datetime.now(timezone.utc).date())
    accepted = exceptions.find(in_force, found) is not None
    blocks = not (found.warning or egress.destination.optional or open_is_fine or accepted)
    text = "" if egress.destination.secret or MASK in change.judged else str(found)
    return Said(rule, egress.urn, blocks, found.codes, text)


def _told(report: Report) -> Iterable[Said]:
    """What the pack says of egress, as the report shows it: without secrets."""
    for result in report.rehearsal.policies:
        advice = _ADVICE.search(result.message)
        rule = advice["rule"] if advice else result.policy
        codes, _, _ = result.message.partition(": ")
        if rule not in WORKLOADS or codes in OF_CONFIGURATION or codes == "EVIDENCE_UNREADABLE":
            continue
        text = _ADVICE.sub(": ", result.message, count=1)
        first, _, _ = text.partition("\n")
        hidden = MASK in first or "a host that is a secret" in first
        yield Said(
            rule,
            result.urn,
            result.level is Level.MANDATORY,
            tuple(codes.split(", ")),
            "" if hidden else text,
        )
