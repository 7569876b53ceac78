"""App Runner over HTTP: one service, whose deployments succeed, fail, roll back, are slow, and meet others.

It takes each configuration of an `UpdateService` as a whole and leaves the others as they are, so that what a
client does not send back is lost here. Time is the number of calls to `ListOperations`.
"""

from __future__ import annotations

import copy
import json
import socket
import struct
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Final

import botocore.session
from botocore.validate import ParamValidator

REGION: Final = "us-east-1"
_PREFIX: Final = f"arn:aws:apprunner:{REGION}:123456789012"
ARN: Final = f"{_PREFIX}:service/shop/8fe1e10304f84fd2b0df550fe98a71fa"
OLD_CONNECTOR, CONNECTOR = (
    f"{_PREFIX}:vpcconnector/{name}/1/{digit * 32}" for name, digit in (("old", "a"), ("mail", "b"))
)
SECRET: Final = f"arn:aws:secretsmanager:{REGION}:123456789012:secret:mail-Kq3vTz"
THEIR_SECRET: Final = f"arn:aws:secretsmanager:{REGION}:123456789012:secret:theirs-Ab12Cd"
CONFIGURATIONS: Final = (
    "SourceConfiguration",
    "InstanceConfiguration",
    "HealthCheckConfiguration",
    "NetworkConfiguration",
    "ObservabilityConfiguration",
)


def image_service() -> dict[str, Any]:
    """A service with something in every configuration, a field that no client knows among it."""
    return {
        "ServiceName": "shop",
        "ServiceId": ARN.rpartition("/")[2],
        "ServiceArn": ARN,
        "ServiceUrl": "psbqam834h.us-east-1.awsapprunner.com",
        "CreatedAt": 1700000000.123,
        "UpdatedAt": 1700000000.5,
        "Status": "RUNNING",
        "SourceConfiguration": {
            "ImageRepository": {
                "ImageIdentifier": "123456789012.dkr.ecr.us-east-1.amazonaws.com/shop:7",
                "ImageConfiguration": {
                    "Port": "8080",
                    "StartCommand": "serve --all",
                    "RuntimeEnvironmentVariables": {
                        "SMTP_HOST": "smtp-relay.brevo.com",
                        "SMTP_PORT": "587",
                        "THEIR_PASSWORD": "hunter2-in-clear",
                    },
                    "RuntimeEnvironmentSecrets": {"THEIR_KEY": THEIR_SECRET},
                },
                "ImageRepositoryType": "ECR",
            },
            "AutoDeploymentsEnabled": False,
            "AuthenticationConfiguration": {"AccessRoleArn": "arn:aws:iam::123456789012:role/pull"},
        },
        "InstanceConfiguration": {"Cpu": "1024", "Memory": "2048"},
        "EncryptionConfiguration": {"KmsKey": f"arn:aws:kms:{REGION}:123456789012:key/1234"},
        "HealthCheckConfiguration": {
            "Protocol": "HTTP",
            "Path": "/health",
            "Interval": 10,
            "Timeout": 5,
            "HealthyThreshold": 1,
            "UnhealthyThreshold": 5,
        },
        "AutoScalingConfigurationSummary": {
            "AutoScalingConfigurationArn": f"{_PREFIX}:autoscalingconfiguration/high/1/{'c' * 32}",
            "AutoScalingConfigurationName": "high",
            "AutoScalingConfigurationRevision": 1,
        },
        "NetworkConfiguration": {
            "EgressConfiguration": {"EgressType": "VPC", "VpcConnectorArn": OLD_CONNECTOR},
            "IngressConfiguration": {"IsPubliclyAccessible": False},
            "IpAddressType": "IPV4",
        },
        "ObservabilityConfiguration": {
            "ObservabilityEnabled": True,
            "ObservabilityConfigurationArn": f"{_PREFIX}:observabilityconfiguration/xray/1/{'d' * 32}",
        },
    }


def code_service(source: str = "API") -> dict[str, Any]:
    """One that is built from a repository of source code, with public egress."""
    service = image_service()
    service["SourceConfiguration"] = {
        "CodeRepository": {
            "RepositoryUrl": "https://github.com/example/shop",
            "SourceCodeVersion": {"Type": "BRANCH", "Value": "main"},
            "CodeConfiguration": {
                "ConfigurationSource": source,
                "CodeConfigurationValues": {
                    "Runtime": "PYTHON_311",
                    "BuildCommand": "make",
                    "StartCommand": "make serve",
                    "Port": "8000",
                },
            },
            "SourceDirectory": "/shop",
        },
        "AutoDeploymentsEnabled": True,
        "AuthenticationConfiguration": {"ConnectionArn": f"{_PREFIX}:connection/github/{'e' * 32}"},
    }
    service["NetworkConfiguration"]["EgressConfiguration"] = {"EgressType": "DEFAULT"}
    return service


@dataclass(frozen=True)
class Deployment:
    """How a deployment goes.

    Attributes:
        calls: how many times `ListOperations` finds it under way.
        hidden: how many times it does not find it at all.
        keeps: whether the service is left with what it was given, although the deployment has failed.
        lag: how many times `DescribeService` shows the service as it was before, once it has ended.
    """

    status: str = "SUCCEEDED"
    calls: int = 1
    hidden: int = 0
    keeps: bool = False
    lag: int = 0


@dataclass
class _Running:
    operation: dict[str, Any]
    deployment: Deployment
    before: dict[str, Any]
    calls: int
    hidden: int


@dataclass
class Account:
    """What App Runner holds, and what becomes of the requests to it.

    Attributes:
        service: the service as `DescribeService` shows it.
        operations: those on it, the last one first.
        deployments: how those to come go; what is not said succeeds.
        calls: the operations that were called.
        updates: the requests to `UpdateService` that were taken.
        before: called before each call, with its operation and its number among those of its kind, from 1 on.
        faults: what goes wrong, by operation and number: `500`, `throttled`, `reset`, `html`, `lacks:KEY`,
            `denied`, `expired`, `empty`, or one of them after `after ` where the call is carried out.
        shown: what `DescribeService` shows first, whatever the service is.
        pages: those of `ListServices`, the service being on the last one.
        page_size: how many operations a page of `ListOperations` has.
        kept: how many operations are listed at all.
    """

    service: dict[str, Any] = field(default_factory=image_service)
    operations: list[dict[str, Any]] = field(default_factory=list)
    deployments: deque[Deployment] = field(default_factory=deque)
    calls: list[str] = field(default_factory=list)
    updates: list[dict[str, Any]] = field(default_factory=list)
    before: Callable[[str, int], None] = lambda _, __: None
    faults: dict[tuple[str, int], str] = field(default_factory=dict)
    pages: int = 1
    page_size: int = 1000
    kept: int = 1000
    shown: list[dict[str, Any]] = field(default_factory=list)
    running: _Running | None = None

    def __post_init__(self) -> None:
        self._start("CREATE_SERVICE", Deployment(calls=0), self.service)
        self.list_operations()

    def variables(self) -> dict[str, str]:
        """The plain variables of the service."""
        return dict(self._environment()["RuntimeEnvironmentVariables"])

    def secrets(self) -> dict[str, str]:
        return dict(self._environment()["RuntimeEnvironmentSecrets"])

    def connector(self) -> str | None:
        arn: str | None = self.service["NetworkConfiguration"]["EgressConfiguration"].get("VpcConnectorArn")
        return arn

    def _environment(self) -> dict[str, Any]:
        source = self.service["SourceConfiguration"]
        if "ImageRepository" in source:
            environment = source["ImageRepository"]["ImageConfiguration"]
        else:
            environment = source["CodeRepository"]["CodeConfiguration"]["CodeConfigurationValues"]
        return {"RuntimeEnvironmentVariables": {}, "RuntimeEnvironmentSecrets": {}, **environment}

    def list_operations(self) -> list[dict[str, Any]]:
        """The operations; time goes by."""
        running = self.running
        hidden = 0
        if running is not None:
            hidden = 1 if running.hidden else 0
            if running.hidden:
                running.hidden -= 1
            elif running.calls:
                running.calls -= 1
            else:
                self._end(running)
        return copy.deepcopy(self.operations[hidden:])

    def start(self, kind: str, deployment: Deployment, **changes: Any) -> None:
        """An operation of somebody else, with what it changes of the service."""
        self._start(kind, deployment, {**self.service, **copy.deepcopy(changes)})

    def _start(self, kind: str, deployment: Deployment, service: dict[str, Any]) -> str:
        number = len(self.operations) + 1
        operation = {
            "Id": f"00000000-0000-0000-0000-{number:012}",
            "Type": kind,
            "Status": "IN_PROGRESS",
            "TargetArn": ARN,
        }
        self.operations.insert(0, operation)
        self.running = _Running(operation, deployment, self.service, deployment.calls, deployment.hidden)
        self.service = {
            **service,
            "Status": "OPERATION_IN_PROGRESS",
            "UpdatedAt": self.service["UpdatedAt"] + 1,
        }
        return str(operation["Id"])

    def _end(self, running: _Running) -> None:
        deployment = running.deployment
        running.operation["Status"] = deployment.status
        updated_at = self.service["UpdatedAt"] + 1
        kept = deployment.status == "SUCCEEDED" or deployment.keeps
        status = "PAUSED" if running.operation["Type"] == "PAUSE_SERVICE" else "RUNNING"
        self.service = {
            **(self.service if kept else running.before),
            "Status": status,
            "UpdatedAt": updated_at,
        }
        self.running = None
        self.shown = [{**running.before, "Status": status}] * deployment.lag

    def update(self, request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if self.service["Status"] != "RUNNING":
            return _error("InvalidStateException", "Service cannot be updated in the current state")
        source = request.get("SourceConfiguration", self.service["SourceConfiguration"])
        if set(source) & {"ImageRepository", "CodeRepository"} != set(self.service["SourceConfiguration"]) & {
            "ImageRepository",
            "CodeRepository",
        }:
            return _error("InvalidRequestException", "the kind of source cannot be changed")
        self.updates.append(copy.deepcopy(request))
        changes: dict[str, Any] = {name: request[name] for name in CONFIGURATIONS if name in request}
        deployment = self.deployments.popleft() if self.deployments else Deployment()
        operation = self._start("UPDATE_SERVICE", deployment, {**self.service, **changes})
        return 200, {"OperationId": operation, "Service": copy.deepcopy(self.service)}

    def answer(self, operation: str, request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if operation == "ListServices":
            page = int(request.get("NextToken", "1"))
            if page < self.pages:
                return 200, {"ServiceSummaryList": [], "NextToken": str(page + 1)}
            keys = ("ServiceName", "ServiceArn", "Status")
            return 200, {"ServiceSummaryList": [{key: self.service[key] for key in keys}]}
        if request["ServiceArn"] != ARN:
            return _error("ResourceNotFoundException", "Service not found")
        if operation == "DescribeService":
            return 200, {"Service": copy.deepcopy(self.shown.pop() if self.shown else self.service)}
        if operation == "ListOperations":
            start = int(request.get("NextToken", "0"))
            listed = self.operations if start else self.list_operations()
            end = start + self.page_size
            more = {"NextToken": str(end)} if end < len(listed[: self.kept]) else {}
            return 200, {"OperationSummaryList": copy.deepcopy(listed[: self.kept][start:end]), **more}
        return self.update(request)


def _error(code: str, message: str, status: int = 400) -> tuple[int, dict[str, Any]]:
    return status, {"__type": code, "message": message}


_MODEL: Final = botocore.session.get_session().get_service_model("apprunner")
_FAULTS: Final = {
    "500": _error("InternalServiceErrorException", "internal error", 500),
    "throttled": _error("ThrottlingException", "Rate exceeded"),
    "expired": _error("ExpiredTokenException", "The security token included in the request is expired"),
    "denied": _error("AccessDeniedException", "User is not authorized", 403),
}


class Api:
    """The server.

    Attributes:
        account: what it answers from; another one may take its place.
        url: where it listens.
    """

    def __init__(self) -> None:
        self.account = Account()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"api": self}))
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class _Handler(BaseHTTPRequestHandler):
    api: Api
    protocol_version = "HTTP/1.1"
    # Else each answer waits for the acknowledgement of its head.
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_POST(self) -> None:
        account = self.api.account
        body = self.rfile.read(int(self.headers["Content-Length"]))
        operation = self.headers["X-Amz-Target"].rpartition(".")[2]
        assert self.headers["Content-Type"] == "application/x-amz-json-1.0"
        request = json.loads(body)
        shape = _MODEL.operation_model(operation).input_shape
        faults = ParamValidator().validate(request, shape)
        assert not faults.has_errors(), faults.generate_report()
        account.calls.append(operation)
        number = account.calls.count(operation)
        account.before(operation, number)
        fault = account.faults.get((operation, number), "")
        if fault.startswith("after "):
            account.answer(operation, request)
            fault = fault.removeprefix("after ")
        elif not fault or fault.startswith(("lacks:", "extra:")):
            status, answer = account.answer(operation, request)
            _spoil(answer, fault)
            self._reply(status, json.dumps(answer).encode())
            return
        if fault == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True
        elif fault == "html":
            self._reply(502, b"<html><body>Bad Gateway</body></html>", "text/html")
        elif fault == "empty":
            self._reply(200, b"")
        else:
            status, answer = _FAULTS[fault]
            self._reply(status, json.dumps(answer).encode())

    def _reply(self, status: int, content: bytes, kind: str = "application/x-amz-json-1.0") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        pass


def _spoil(answer: Any, fault: str) -> None:
    """Take the key away that `lacks:A.B` names."""
    *parents, name = fault.removeprefix("lacks:").split(".")
    for parent in parents:
        answer = answer[int(parent) if parent.isdecimal() else parent]
    answer.pop(name, None)
