"""What stands in for AWS: moto's server, and in front of it a server that records, denies and adds.

It is reached over real HTTP. moto has no App Runner, so that the front answers for it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

_ROUTE53 = {"/2013-04-01/hostedzonesbyvpc": "ListHostedZonesByVPC"}
_HOP_BY_HOP = {"connection", "transfer-encoding", "content-length"}


@dataclass
class AppRunner:
    """App Runner's answers: services and connectors in the form of its API."""

    services: list[dict[str, Any]] = field(default_factory=list)
    connectors: list[dict[str, Any]] = field(default_factory=list)

    def answer(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any] | None:
        """The answer, `None` where what is asked for is not there."""
        if operation == "ListServices":
            keys = ("ServiceName", "ServiceArn")
            return {"ServiceSummaryList": [{key: one[key] for key in keys} for one in self.services]}
        if operation == "ListVpcConnectors":
            return {"VpcConnectors": self.connectors}
        kind, key, listed = {
            "DescribeService": ("Service", "ServiceArn", self.services),
            "DescribeVpcConnector": ("VpcConnector", "VpcConnectorArn", self.connectors),
        }[operation]
        found = next((one for one in listed if one[key] == request[key]), None)
        return None if found is None else {kind: found}


class Front:
    """The server in front of moto's.

    Attributes:
        url: where it listens.
        denied: the IAM actions that are refused.
        broken: those that fail otherwise.
        throttled: how many more calls of each are turned away for their rate.
        calls: how often each IAM action was called.
        app_runner: what App Runner holds.
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

    def _serve(self, body: bytes) -> None:
        service, operation = self._called(body)
        action = f"{service}:{operation}"
        self.front.calls[action] += 1
        if self.front.throttled[action] > 0:
            self.front.throttled[action] -= 1
            self._refuse(service, "RequestLimitExceeded", 503)
        elif action in self.front.broken:
            self._send(500, b"", "text/plain")
        elif action in self.front.denied:
            self._refuse(service)
        elif service == "apprunner":
            answer = self.front.app_runner.answer(operation, json.loads(body or b"{}"))
            fault = {"__type": "ResourceNotFoundException", "message": "not there"}
            self._send(
                200 if answer else 400, json.dumps(answer or fault).encode(), "application/x-amz-json-1.0"
            )
        else:
            self._forward(body)

    def _called(self, body: bytes) -> tuple[str, str]:
        """The service and the operation, wherever the service's protocol names them."""
        credential = re.search(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/", self.headers.get("Authorization", ""))
        service = credential.group(1) if credential else ""
        if "X-Amz-Target" in self.headers:
            return service, self.headers["X-Amz-Target"].rpartition(".")[2]
        if service == "route53":
            return service, _ROUTE53.get(urlsplit(self.path).path, "")
        return service, parse_qs(body.decode()).get("Action", [""])[0]

    def _refuse(self, service: str, code: str = "UnauthorizedOperation", status: int = 403) -> None:
        if service == "ec2":
            text = (
                f"<Response><Errors><Error><Code>{code}</Code><Message>no</Message></Error>"
                "</Errors><RequestID>r</RequestID></Response>"
            )
            self._send(status, text.encode(), "text/xml")
        elif service in ("route53", "sts"):
            text = (
                "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>"
            )
            self._send(403, text.encode(), "text/xml")
        else:
            fault = {"__type": "AccessDeniedException", "message": "no"}
            self._send(400, json.dumps(fault).encode(), "application/x-amz-json-1.1")

    def _forward(self, body: bytes) -> None:
        connection = HTTPConnection(self.front.moto, timeout=30)
        headers = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
        connection.request(self.command, self.path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in _HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        connection.close()

    def _send(self, status: int, content: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 the name is the base class's
        pass
