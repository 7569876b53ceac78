"""What AWS told of an account once, to be judged with parts of it denied or changed."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any

from evidence import validate
from evidence.live import Action, connect, document, network
from reachability import Destination, Graph, Origin, Proof, Verdict, parse
from tests.evidence.account import REGION, Account

OWNER = "123456789012"


@dataclasses.dataclass(frozen=True)
class Told:
    """What AWS told of an account."""

    vpcs: frozenset[str]
    answers: Mapping[Action, list[Any]]
    connector: dict[str, Any]

    def but(self, **changed: list[Any]) -> Told:
        """The same with other answers to some actions, by the actions' names."""
        answers = {Action[name]: items for name, items in changed.items()}
        return dataclasses.replace(self, answers={**self.answers, **answers})

    def document(self, *denied: Action) -> dict[str, Any]:
        answers = {action: items for action, items in self.answers.items() if action not in denied}
        api = SimpleNamespace(account=OWNER, region=REGION, unread=dict.fromkeys(denied, "AccessDenied"))
        reading = network.Reading(self.vpcs, answers)
        found = document.build(api, reading, [self.connector, SERVICE])  # type: ignore[arg-type]
        validate(found, "the account")
        return found

    def verdict(self, host: str, *denied: Action) -> Verdict:
        return judge(self.document(*denied), host)


SERVICE = {
    "type": "aws:apprunner/service:Service",
    "id": "service",
    "properties": {
        "serviceName": "shop",
        "networkConfiguration": {
            "egressConfiguration": {"egressType": "VPC", "vpcConnectorArn": "connector"}
        },
    },
}


def judge(found: dict[str, Any], host: str | None) -> Verdict:
    known = parse(found)
    proof = Proof(Graph(known.resources, known.coverage), zones=known.zones)
    (workload,) = proof.workloads(Origin.ACCOUNT)
    return proof.judge(workload.placements, Destination(host, 587)).verdict


def read(account: Account) -> Told:
    connector = {
        "type": "aws:apprunner/vpcConnector:VpcConnector",
        "id": "connector",
        "properties": {"subnets": account.private, "securityGroups": [account.group]},
    }
    reading = network.read(connect(REGION), [account.vpc])
    return Told(reading.vpcs, reading.answers, connector)


def without_each(answer: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Each field of `answer` at any depth, and the answer without it."""
    if isinstance(answer, dict):
        for name, value in answer.items():
            here = f"{path}.{name}".lstrip(".")
            yield here, {other: answer[other] for other in answer if other != name}
            yield from ((inner, {**answer, name: part}) for inner, part in without_each(value, here))
    elif isinstance(answer, list):
        for index, value in enumerate(answer):
            for inner, part in without_each(value, path):
                yield inner, [*answer[:index], part, *answer[index + 1 :]]
