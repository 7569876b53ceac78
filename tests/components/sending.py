"""Whether a service can send mail at one instant: its path, and what it signs in with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from mailroute.rehearsal.account import AwsResource
from mailroute.rehearsal.account.kinds import mail, routing
from reachability import Destination, Graph, Origin, Proof, parse
from rules.egress import Egresses
from tests.components.deployment import SERVICE, Live, RecordedAccount


def cannot_send(account: RecordedAccount, live: Live) -> str:
    """Why the one service of the account cannot send mail; empty where it can.

    The path is judged as `mailroute diagnose` does, over the account as AWS describes it.
    """
    service = _one(live, SERVICE)
    source = service.get("sourceConfiguration")
    if "codeRepository" in source:
        runs = source["codeRepository"]["codeConfiguration"]["codeConfigurationValues"]
    else:
        runs = source["imageRepository"]["imageConfiguration"]
    variables, secrets = runs["runtimeEnvironmentVariables"], runs.get("runtimeEnvironmentSecrets") or {}
    for name, reference in secrets.items():
        problem = _unreadable(live, service, str(reference))
        if problem:
            return f"{name}: {problem}"
    host, port = variables["SMTP_HOST"], int(variables["SMTP_PORT"])
    shown = RecordedAccount({**account.document, "resources": []})
    for resource in live.values():
        shown.put(resource)
    if host.startswith("email-smtp.") and not _sender_may_send(shown, live):
        return "SES refuses the sender"
    graph_of = parse(_document(shown))
    judged = Egresses(Proof(Graph(graph_of.resources, graph_of.coverage), zones=graph_of.zones))
    [workload] = judged.workloads(Origin.ACCOUNT)
    [egress] = [each for each in judged.of(workload) if each.destination == Destination(host, port)]
    found = [f"{finding.code} at {finding.resource}" for finding in egress.outcome.findings]
    return "" if egress.verdict.value == "reachable" else f"{host}:{port}: {', '.join(found)}"


def _document(shown: RecordedAccount) -> Mapping[str, Any]:
    """The account as evidence: routes and associations in their tables."""
    resources = []
    for found in shown.all():
        inside = {}
        if found.type == routing.TABLE:
            inside = {
                "routes": list(routing.routes_of(shown, found.id)),
                "associations": list(routing.associations_of(shown, found.id)),
            }
        if found.type not in (routing.ROUTE, routing.ASSOCIATION):
            resources.append(
                {"type": found.type, "id": found.id, "properties": {**found.properties, **inside}}
            )
    vpcs = [found.id for found in shown.of("aws:ec2/vpc:Vpc")]
    return {**shown.document, "vpcs": vpcs, "resources": resources}


def _unreadable(live: Live, service: AwsResource, reference: str) -> str:
    """Why the service's instance role cannot read a secret that a stack has made or named."""
    arn = ":".join(reference.split(":")[:7])
    if ("aws:secretsmanager/secret:Secret", arn) not in live:
        return "the secret is not there"
    version = reference.split(":")[-1] if reference.count(":") > 7 else ""
    versions = [each.get("versionId") for each in _of(live, "aws:secretsmanager/secretVersion:SecretVersion")]
    if version and version not in versions:
        return "the secret's version is not there"
    role = service.get("instanceConfiguration")["instanceRoleArn"].rpartition("/")[2]
    policies = [each for each in _of(live, "aws:iam/rolePolicy:RolePolicy") if each.get("role") == role]
    if any(arn in str(policy.get("policy")) for policy in policies):
        return ""
    return "" if _is_older_than_the_stack(live, role) else "the instance role may not read the secret"


def _is_older_than_the_stack(live: Live, role: str) -> bool:
    """Whether the account's file shows the role, whose policies it does not show."""
    found = live.get(("aws:iam/role:Role", role))
    return found is not None and "pulumi:stack" not in (found.get("tags") or {})


def _sender_may_send(shown: RecordedAccount, live: Live) -> bool:
    """Some user may send as a domain that SES has verified, and has an access key."""
    verified = {each.id for each in shown.of(mail.IDENTITY) if mail.may_send(shown, each.id)}
    for policy in _of(live, "aws:iam/userPolicy:UserPolicy"):
        [statement] = json.loads(policy.get("policy"))["Statement"]
        domain = statement["Condition"]["StringLike"]["ses:FromAddress"].removeprefix("*@")
        keys = [
            key for key in _of(live, "aws:iam/accessKey:AccessKey") if key.get("user") == policy.get("user")
        ]
        if domain in verified and keys:
            return True
    return False


def _of(live: Live, type_: str) -> list[AwsResource]:
    return [each for (type_of, _), each in live.items() if type_of == type_]


def _one(live: Live, type_: str) -> AwsResource:
    [found] = _of(live, type_)
    return found
