"""What stands in for AWS: moto's server, and in front of it a server that records, denies and adds.

It is reached over real HTTP. moto has no App Runner, no ECS Express Mode, no Route 53 Profiles, no DNS
firewalls and no VPC Block Public Access, and it does not tell where the routes of a transit gateway lead: the
front answers for them.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

import botocore.session
from botocore.model import Shape
from botocore.validate import ParamValidator

_PATHS = {
    r"/2013-04-01/hostedzonesbyvpc": "ListHostedZonesByVPC",
    r"/2013-04-01/hostedzone": "ListHostedZones",
    r"/2013-04-01/hostedzone/[^/]+/rrset": "ListResourceRecordSets",
    r"/2015-03-31/functions/?": "ListFunctions",
    r"/2015-03-31/functions/[^/]+/configuration": "GetFunctionConfiguration",
    r"/profileassociations": "ListProfileAssociations",
    r"/v2/email/identities/[^/]+": "GetEmailIdentity",
}
"""The operations of services whose protocol names none."""
MODELS = {"ses": "sesv2"}
"""What botocore calls services whose IAM actions have another prefix."""
_EC2_NOT_IN_MOTO = ("ec2:SearchTransitGatewayRoutes", "ec2:DescribeVpcBlockPublicAccessOptions")


@cache
def _output(service: str, operation: str) -> Shape:
    """What AWS's own model says of the answers to an operation."""
    model = botocore.session.get_session().get_service_model(MODELS.get(service, service))
    shape = model.operation_model(operation).output_shape
    assert shape is not None
    return shape


def _xml(value: Any, shape: Any) -> str:
    """`value` as EC2 answers it."""
    if shape.type_name == "list":
        return "".join(f"<item>{_xml(item, shape.member)}</item>" for item in value)
    if shape.type_name != "structure":
        return escape(str(value))
    names = {key: member.serialization.get("name", key) for key, member in shape.members.items()}
    return "".join(
        f"<{names[key]}>{_xml(item, shape.members[key])}</{names[key]}>" for key, item in value.items()
    )


class Call(NamedTuple):
    """What a client asks for."""

    action: str
    path: str
    body: bytes


class Reply(NamedTuple):
    """What it is answered."""

    status: int
    kind: str
    content: bytes


def called(headers: Mapping[str, str], path: str, body: bytes) -> tuple[str, str, str]:
    """The service, the region and the operation, wherever the service's protocol names it."""
    credential = re.search(r"Credential=[^/]+/\d+/([^/]+)/([^/]+)/", headers.get("Authorization", ""))
    region, service = credential.groups() if credential else ("", "")
    if "X-Amz-Target" in headers:
        return service, region, headers["X-Amz-Target"].rpartition(".")[2]
    for pattern, operation in _PATHS.items():
        if re.fullmatch(pattern, urlsplit(path).path):
            return service, region, operation
    return service, region, parse_qs(body.decode()).get("Action", [""])[0]


@dataclass
class AppRunner:
    """App Runner's answers in the form of its API; every service has the same tags and domains."""

    services: list[dict[str, Any]] = field(default_factory=list)
    connectors: list[dict[str, Any]] = field(default_factory=list)
    tags: list[dict[str, str]] = field(default_factory=list)
    domains: list[dict[str, Any]] = field(default_factory=list)

    def answer(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any] | None:
        """The answer, `None` where what is asked for is not there."""
        if operation == "ListServices":
            keys = ("ServiceName", "ServiceArn")
            return {"ServiceSummaryList": [{key: one[key] for key in keys} for one in self.services]}
        if operation == "ListVpcConnectors":
            return {"VpcConnectors": self.connectors}
        if operation == "ListTagsForResource":
            return {"Tags": self.tags}
        if operation == "DescribeCustomDomains":
            arn, target = request["ServiceArn"], "a1.us-east-1.awsapprunner.com"
            return {
                "CustomDomains": self.domains,
                "DNSTarget": target,
                "ServiceArn": arn,
                "VpcDNSTargets": [],
            }
        kind, key, listed = {
            "DescribeService": ("Service", "ServiceArn", self.services),
            "DescribeVpcConnector": ("VpcConnector", "VpcConnectorArn", self.connectors),
        }[operation]
        found = next((one for one in listed if one[key] == request[key]), None)
        return None if found is None else {kind: found}


@dataclass
class Express:
    """ECS Express Mode: its services by their ARNs, in the form of its API. moto has the plain services."""

    services: dict[str, dict[str, Any]] = field(default_factory=dict)

    def answer(self, request: Mapping[str, Any]) -> dict[str, Any] | None:
        found = self.services.get(request["serviceArn"])
        return None if found is None else {"service": found}

    def marked(self, content: bytes) -> bytes:
        """What `DescribeServices` says, with a mark on the services that Express Mode made."""
        answer = json.loads(content)
        for item in answer["services"]:
            managed = "ECS" if item["serviceArn"] in self.services else "CUSTOMER"
            item["resourceManagementType"] = managed
        return json.dumps(answer).encode()


@dataclass
class NetworkFirewall:
    """AWS Network Firewall: what its calls answer, by operation and ARN. moto has the firewalls alone."""

    held: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)

    def answer(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any] | None:
        if operation == "ListFirewalls":
            found = self.held.get("DescribeFirewall", {})
            arns = [arn for arn, one in found.items() if one["Firewall"]["VpcId"] in request["VpcIds"]]
            return {"Firewalls": [{"FirewallArn": arn} for arn in arns]}
        if operation == "ListVpcEndpointAssociations":
            arns = list(self.held.get("DescribeVpcEndpointAssociation", {}))
            return {"VpcEndpointAssociations": [{"VpcEndpointAssociationArn": arn} for arn in arns]}
        (arn,) = (value for key, value in request.items() if key.endswith("Arn"))
        return self.held.get(operation, {}).get(arn)


class Front:
    """The server in front of moto's.

    Attributes:
        url: where it listens.
        denied: the IAM actions that are refused.
        broken: those that fail otherwise.
        throttled: how many more calls of each are turned away for their rate.
        calls: how often each IAM action was called.
        app_runner: what App Runner holds.
        express: what ECS Express Mode holds.
        firewalls: what AWS Network Firewall holds.
        transit_routes: the routes of transit gateway route tables, in the form of EC2's API.
        profiles: the associations of Route 53 Profiles, in the form of its API.
        faults: the error codes that IAM actions get.
        codeless: the IAM actions that are refused without an error code.
        answers: what is answered to IAM actions in place of moto, in the form of AWS's API.
        expires_after: how many calls come through before the credentials expire.
        replies: what was answered, by the call.
    """

    def __init__(self, moto: str) -> None:
        self.moto = urlsplit(moto).netloc
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"front": self}))
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.reset()
        Thread(target=self.server.serve_forever, daemon=True).start()

    def reset(self) -> None:
        self.denied: set[str] = set()
        self.broken: set[str] = set()
        self.throttled: Counter[str] = Counter()
        self.calls: Counter[str] = Counter()
        self.app_runner = AppRunner()
        self.express = Express()
        self.firewalls = NetworkFirewall()
        self.transit_routes: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        self.profiles: list[dict[str, Any]] = []
        self.faults: dict[str, str] = {}
        self.codeless: set[str] = set()
        self.answers: dict[str, dict[str, Any]] = {
            "ec2:DescribeVpcBlockPublicAccessExclusions": {"VpcBlockPublicAccessExclusions": []},
            "route53resolver:ListFirewallRuleGroupAssociations": {"FirewallRuleGroupAssociations": []},
        }
        self.expires_after: int | None = None
        self.replies: dict[Call, Reply] = {}

    def own_answer(
        self, service: str, operation: str, region: str, request: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        """The answer of what moto lacks, after AWS's own model; `None` where what is asked for is missing."""
        if service == "apprunner":
            answer = self.app_runner.answer(operation, request)
        elif service == "network-firewall":
            answer = self.firewalls.answer(operation, request)
        elif service == "ecs":
            answer = self.express.answer(request)
        elif f"{service}:{operation}" in self.answers:
            answer = self.answers[f"{service}:{operation}"]
        elif operation == "DescribeVpcBlockPublicAccessOptions":
            options = {"AwsRegion": region, "InternetGatewayBlockMode": "off"}
            answer = {"VpcBlockPublicAccessOptions": options}
        elif service == "ec2":
            answer = {"Routes": self.transit_routes[request["TransitGatewayRouteTableId"]]}
        else:
            answer = {"ProfileAssociations": self.profiles}
        if answer is not None:
            faults = ParamValidator().validate(answer, _output(service, operation))
            assert not faults.has_errors(), faults.generate_report()
        return answer

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class _Handler(BaseHTTPRequestHandler):
    front: Front
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self._serve(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    def do_GET(self) -> None:
        self.do_POST()

    def do_PUT(self) -> None:
        self.do_POST()

    def _serve(self, body: bytes) -> None:
        service, region, operation = called(dict(self.headers), self.path, body)
        action = f"{service}:{operation}"
        self.call = Call(action, self.path, body)
        self.front.calls[action] += 1
        limit = self.front.expires_after
        if limit is not None and self.front.calls.total() > limit:
            self._refuse(service, "ExpiredToken")
        elif action in self.front.faults:
            self._refuse(service, self.front.faults[action], 400)
        elif self.front.throttled[action] > 0:
            self.front.throttled[action] -= 1
            self._refuse(service, "RequestLimitExceeded", 503)
        elif action in self.front.broken:
            self._send(500, b"", "text/plain")
        elif action in self.front.codeless:
            self._send(400, b"{}", "application/json")
        elif action in self.front.denied:
            self._refuse(service)
        elif (
            service in ("apprunner", "network-firewall", "route53profiles")
            or action == "ecs:DescribeExpressGatewayService"
            or (action in self.front.answers and service != "ec2")
        ):
            answer = self.front.own_answer(service, operation, region, json.loads(body or b"{}"))
            fault = {"__type": "ResourceNotFoundException", "message": "not there"}
            self._send(
                400 if answer is None else 200,
                json.dumps(fault if answer is None else answer).encode(),
                "application/x-amz-json-1.0",
            )
        elif action in self.front.answers or action in _EC2_NOT_IN_MOTO:
            request = {name: values[0] for name, values in parse_qs(body.decode()).items()}
            answer = self.front.own_answer(service, operation, region, request)
            shape = _output(service, operation)
            self._send(200, f"<Response>{_xml(answer, shape)}</Response>".encode(), "text/xml")
        else:
            self._forward(action, body)

    def _refuse(self, service: str, code: str = "UnauthorizedOperation", status: int = 403) -> None:
        if service == "ec2":
            text = (
                f"<Response><Errors><Error><Code>{code}</Code><Message>no</Message></Error>"
                "</Errors><RequestID>r</RequestID></Response>"
            )
            self._send(status, text.encode(), "text/xml")
        elif service in ("route53", "sts"):
            code = code.replace("UnauthorizedOperation", "AccessDenied")
            text = f"<ErrorResponse><Error><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>"
            self._send(403, text.encode(), "text/xml")
        else:
            code = {
                "UnauthorizedOperation": "AccessDeniedException",
                "RequestLimitExceeded": "ThrottlingException",
            }.get(code, code)
            fault = {"__type": code, "message": "no"}
            self._send(400, json.dumps(fault).encode(), "application/x-amz-json-1.1")

    def _forward(self, action: str, body: bytes) -> None:
        connection = HTTPConnection(self.front.moto, timeout=30)
        headers = {
            name: value
            for name, value in self.headers.items()
            if name.lower() not in ("connection", "content-length")
        }
        connection.request(self.command, self.path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        if action == "ecs:DescribeServices" and answer.status == 200:
            content = self.front.express.marked(content)
        self._send(answer.status, content, answer.getheader("Content-Type", ""))
        connection.close()

    def _send(self, status: int, content: bytes, kind: str) -> None:
        self.front.replies[self.call] = Reply(status, kind, content)
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 the name is the base class's
        pass
