"""`smtp-port-allowed`: mail leaves by a port that is open, and that the mail server offers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from reachability.aws.ses import SMTP_PORTS, is_smtp_host
from reachability.graph import Resource
from reachability.values import ABSENT, UNKNOWN, Unknown, Value, get, to_int

from .environment import VARIABLES, WORKLOADS, environments
from .rule import Options, Rule, Severity, Violation, undetermined, violation

_PORTS: Final = range(1, 65536)
_REMEDY: Final = "Set it to 587 (STARTTLS) or 465 (TLS from the start)."


def _check(workload: Resource, options: Options) -> Iterator[Violation]:
    for environment in environments(workload):
        if isinstance(environment.variables, Unknown):
            yield environment.unread(workload, "SMTP_PORT_UNKNOWN", "by which port does mail leave")
            continue
        for index, name in enumerate(options["portVariables"]):
            hosts = options["hostVariables"]
            host = get(environment.variables, hosts[index]) if index < len(hosts) else ABSENT
            yield from _judge(workload, name, get(environment.variables, name), host)


def _judge(workload: Resource, name: str, value: Value, host: Value) -> Iterator[Violation]:
    if value is ABSENT:
        return
    if value is UNKNOWN:
        message = f"{name} of {workload.name!r} is not known until the update."
        yield undetermined(workload, "SMTP_PORT_UNKNOWN", message, "Give the port as a literal.")
        return
    try:
        port = to_int(value)
    except (TypeError, ValueError):
        port = None
    if port not in _PORTS:
        message = f"{name} of {workload.name!r} is not a whole number from 1 to 65535."
        yield violation(workload, "SMTP_PORT_INVALID", message, _REMEDY)
    elif port == 25:
        message = f"{name} of {workload.name!r} is 25, which AWS blocks towards public addresses."
        yield violation(workload, "SMTP_PORT_BLOCKED", message, _REMEDY)
    elif port not in SMTP_PORTS and host is UNKNOWN:
        message = f"{name} of {workload.name!r} is {port}, and its host is not known until the update."
        yield undetermined(workload, "SMTP_HOST_UNKNOWN", message, _REMEDY)
    elif port not in SMTP_PORTS and isinstance(host, str) and is_smtp_host(host):
        offered = ", ".join(map(str, sorted(SMTP_PORTS)))
        message = f"{name} of {workload.name!r} is {port}, and {host} offers {offered} only."
        yield violation(workload, "SMTP_PORT_NOT_OFFERED", message, _REMEDY)


RULE = Rule(
    name="smtp-port-allowed",
    description="Mail leaves by a port that is not blocked, and that SES offers where it goes to SES.",
    reference="Connecting to an Amazon SES SMTP endpoint; Restriction on email sent using port 25",
    remedy=_REMEDY,
    severity=Severity.HIGH,
    judges=WORKLOADS,
    check_alone=_check,
    options=VARIABLES,
)
