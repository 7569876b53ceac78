"""`smtp-port-allowed`: mail leaves by a port that is open, and that the mail server offers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from reachability.aws.ses import SMTP_PORTS, is_smtp_host
from reachability.graph import Resource
from reachability.hosts import is_private
from reachability.settings import Settings
from reachability.values import ABSENT, UNKNOWN, Unknown, to_int
from reachability.workloads.environment import WORKLOADS, environments
from reachability.workloads.mail import Named, mail_of

from .environment import VARIABLES
from .rule import Options, Rule, Severity, Violation, undetermined, violation

_PORTS: Final = range(1, 65536)
_BLOCKED: Final = 25
_REMEDY: Final = "Set it to 587 (STARTTLS) or 465 (TLS from the start)."


def _check(workload: Resource, options: Options) -> Iterator[Violation]:
    settings = Settings.from_options(options)
    for environment in environments(workload):
        if isinstance(environment.variables, Unknown):
            continue  # The egress rules say so, and an update judges it before it creates the workload.
        for named in mail_of(environment, settings):
            yield from _judge(workload, named)


def _judge(workload: Resource, named: Named) -> Iterator[Violation]:
    name, value = named.port_variable, named.port
    host = named.destination.host if named.destination else ABSENT
    blocked = not (isinstance(host, str) and is_private(host))
    if named.default_of and named.destination and named.destination.port == _BLOCKED and blocked:
        message = (
            f"{workload.name!r} names {named.destination.named} and no port of it: {named.default_of} takes "
            "25 then, which AWS blocks towards public addresses."
        )
        yield violation(workload, "SMTP_PORT_BLOCKED", message, "Set the variable of the port to 587 or 465.")
        return
    if not name or value is ABSENT:
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
    elif port == _BLOCKED and blocked:
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
