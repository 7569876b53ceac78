"""Stacks that send mail, and the writes of an update after which they cannot."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from mailroute.rehearsal.account import AwsResource
from tests.components.deployment import SERVICE, RecordedAccount, Stack, Update, Write
from tests.components.sending import cannot_send

ZONE = "aws:route53/zone:Zone"


def service_first(update: Update) -> Callable[[list[Write]], Write]:
    """Before the service only what it depends on."""
    by_urn = {write.urn: write for write in update.writes if write.operation != "delete"}
    needed: set[str] = set()
    queue = [urn for urn, write in by_urn.items() if write.type == SERVICE]
    while queue:
        urn = queue.pop()
        if urn in by_urn and urn not in needed:
            needed.add(urn)
            queue.extend(by_urn[urn].needs)
    return lambda ready: next((write for write in ready if write.urn in needed), ready[0])


def service_last(ready: list[Write]) -> Write:
    """Before the service everything that does not wait for it."""
    return next((write for write in reversed(ready) if write.type != SERVICE), ready[0])


def gaps(stack: Stack, update: Update) -> list[str]:
    """The writes after which the service cannot send mail, and why."""
    found = []
    judged: dict[frozenset[int], str] = {}  # Whatever was written first, the same things are there.
    for pick in (None, service_first(update), service_last):
        for write, live in update.instants(pick):
            there = frozenset(map(id, live.values()))
            if there not in judged:
                judged[there] = cannot_send(stack.account, live)
            problem = judged[there]
            if problem:
                found.append(f"{write.operation} {write.urn.rpartition('$')[2]}: {problem}")
    return found


def sign_in_as_somebody(account: RecordedAccount) -> None:
    """Show whose credentials a service signs in to SES with, which no stack has made."""
    condition = {"StringLike": {"ses:FromAddress": "*@other.example"}}
    policy = json.dumps(
        {"Statement": [{"Effect": "Allow", "Action": "ses:SendRawEmail", "Condition": condition}]}
    )
    identity = {"emailIdentity": "other.example", "verifiedForSendingStatus": True}
    account.put(AwsResource("aws:sesv2/emailIdentity:EmailIdentity", "other.example", identity))
    account.put(AwsResource("aws:iam/userPolicy:UserPolicy", "mail:send", {"user": "mail", "policy": policy}))
    account.put(AwsResource("aws:iam/accessKey:AccessKey", "AKIDMAIL", {"user": "mail"}))
    account.changed.clear()


def running(name: str, **config: Any) -> Stack:
    """A stack whose service can send mail."""
    stack = Stack.of(name, **{"domain": "daadaar.com", **config})
    if not list(stack.account.of(ZONE)):
        stack.account.put(AwsResource(ZONE, "Z1D633PJN98FT9", {"name": "daadaar.com", "nameServers": []}))
        stack.account.changed.clear()
    created = stack.up()
    assert created.error is None
    assert cannot_send(stack.account, stack.account.live()) == ""
    return stack
