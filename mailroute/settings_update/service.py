"""A running service as App Runner describes it, and the request that changes some of its settings.

`UpdateService` leaves as it is what a request does not name, and takes each configuration that it names as a
whole: what is not to be changed in it is sent as it was read, also what this program does not know.

Sources: AWS App Runner API Reference, "DescribeService", "UpdateService", "ListOperations"; AWS CLI Command
Reference, "update-service", whose example names one configuration alone.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from .settings import CONNECTOR, SERVICE_ARN, Plain, Secret, SettingError, Settings, Value

RUNNING: Final = "RUNNING"
IN_PROGRESS: Final = "OPERATION_IN_PROGRESS"
UPDATE: Final = "UPDATE_SERVICE"
SUCCEEDED: Final = "SUCCEEDED"
_VARIABLES, _SECRETS = "RuntimeEnvironmentVariables", "RuntimeEnvironmentSecrets"
_NAME: Final = re.compile(r"[\w-]+", re.ASCII)
_CONFIGURATIONS: Final = (
    "SourceConfiguration",
    "InstanceConfiguration",
    "EncryptionConfiguration",
    "HealthCheckConfiguration",
    "NetworkConfiguration",
    "ObservabilityConfiguration",
)

Answer = Mapping[str, Any]


class MalformedAnswer(Exception):
    """An answer lacks what AWS's have: `str()` names it."""


@dataclass(frozen=True)
class Operation:
    """An operation on a service, such as a deployment."""

    id: str
    type: str
    status: str

    @property
    def has_ended(self) -> bool:
        return self.status in (SUCCEEDED, "FAILED", "ROLLBACK_SUCCEEDED", "ROLLBACK_FAILED")

    @property
    def was_rolled_back(self) -> bool:
        return self.status == "ROLLBACK_SUCCEEDED"

    @property
    def has_succeeded(self) -> bool:
        return self.status == SUCCEEDED


@dataclass(frozen=True)
class Service:
    """A service.

    Attributes:
        described: all that App Runner says of it, as it says it.
    """

    described: Answer

    @classmethod
    def of(cls, answer: Any, arn: str) -> Service:
        """
        Args:
            arn: that of the service that was asked for.

        Raises:
            MalformedAnswer: it is no description of that service.
        """
        for name in ("ServiceArn", "ServiceName", "Status"):
            _expect(answer, (name,), str)
        if answer["ServiceArn"] != arn:
            raise MalformedAnswer("Service.ServiceArn is that of another service")
        if not _NAME.fullmatch(answer["ServiceName"]):
            raise MalformedAnswer("Service.ServiceName is no name of a service")
        if "UpdatedAt" not in answer:
            raise MalformedAnswer("Service.UpdatedAt is missing")
        source = _expect(answer, ("SourceConfiguration",), dict)
        _expect(answer, ("NetworkConfiguration", "EgressConfiguration", "EgressType"), str)
        if ("ImageRepository" in source) == ("CodeRepository" in source):
            raise MalformedAnswer("SourceConfiguration holds neither an image nor source code")
        service = cls(answer)
        _expect_parts(source, service._steps)
        connector = answer["NetworkConfiguration"]["EgressConfiguration"].get("VpcConnectorArn")
        if not isinstance(connector, (str, type(None))):
            raise MalformedAnswer("VpcConnectorArn is no text")
        for kind in (_VARIABLES, _SECRETS):
            held = service._environment.get(kind) or {}
            if not isinstance(held, dict) or not all(isinstance(value, str) for value in held.values()):
                raise MalformedAnswer(f"{kind} holds something else than texts")
        return service

    @property
    def arn(self) -> str:
        return str(self.described["ServiceArn"])

    @property
    def name(self) -> str:
        return str(self.described["ServiceName"])

    @property
    def status(self) -> str:
        return str(self.described["Status"])

    @property
    def reads_environment_from_repository(self) -> bool:
        """Whether the environment is that of `apprunner.yaml`: the API's then counts for nothing."""
        code = self.described["SourceConfiguration"].get("CodeRepository", {}).get("CodeConfiguration", {})
        return bool(code.get("ConfigurationSource") == "REPOSITORY")

    def value(self, setting: str) -> Value:
        if setting == CONNECTOR:
            arn = self.described["NetworkConfiguration"]["EgressConfiguration"].get("VpcConnectorArn")
            return Plain(arn) if arn else None
        environment = self._environment
        plain, secrets = (environment.get(kind) or {} for kind in (_VARIABLES, _SECRETS))
        if setting in secrets:
            return Secret(secrets[setting])
        return Plain(plain[setting]) if setting in plain else None

    @property
    def variables(self) -> set[str]:
        """The names of its variables, plain and from secrets."""
        return {name for kind in (_VARIABLES, _SECRETS) for name in self._environment.get(kind) or {}}

    def with_settings(self, settings: Settings) -> Service:
        """The same service with these settings, and everything else as it is.

        Raises:
            SettingError: it takes its environment from its repository.
        """
        described = copy.deepcopy(dict(self.described))
        for setting, value in settings.items():
            if setting == CONNECTOR:
                egress = described["NetworkConfiguration"]["EgressConfiguration"]
                egress.pop("VpcConnectorArn", None)
                egress["EgressType"] = "DEFAULT" if value is None else "VPC"
                if isinstance(value, Plain):
                    egress["VpcConnectorArn"] = value.value
                continue
            if self.reads_environment_from_repository:
                raise SettingError(
                    f"{setting}: {self.name} takes its environment from apprunner.yaml in its repository and "
                    "ignores what is set here: set it there, and give --connector alone"
                )
            environment = described["SourceConfiguration"]
            for step in self._steps:
                environment = environment.setdefault(step, {})
            for kind in (_VARIABLES, _SECRETS):
                # An empty one stays: to leave it out need not mean to empty it.
                environment[kind] = dict(environment.get(kind) or {})
                environment[kind].pop(setting, None)
            if isinstance(value, Plain):
                environment[_VARIABLES][setting] = value.value
            elif isinstance(value, Secret):
                environment[_SECRETS][setting] = value.arn
        return Service(described)

    def request(self, settings: Settings) -> dict[str, Any]:
        """The parameters of the `UpdateService` that gives it these settings.

        Raises:
            SettingError: see `with_settings`.
        """
        changed = self.with_settings(settings).described
        needed = {"NetworkConfiguration" if name == CONNECTOR else "SourceConfiguration" for name in settings}
        return {"ServiceArn": self.arn, **{name: changed[name] for name in sorted(needed)}}

    def other_changes(self, earlier: Service, settings: Iterable[str]) -> list[str]:
        """What differs from `earlier`, besides `settings`: the names of configurations."""
        nothing = dict.fromkeys(settings)
        ours, theirs = (self._without(nothing), earlier._without(nothing))
        return [name for name in ours if ours[name] != theirs[name]]

    def _without(self, settings: Settings) -> dict[str, Any]:
        described = self.with_settings(settings).described
        scaling = described.get("AutoScalingConfigurationSummary") or {}
        return {
            **{name: described.get(name) for name in _CONFIGURATIONS},
            "AutoScalingConfiguration": scaling.get("AutoScalingConfigurationArn"),
        }

    @property
    def _environment(self) -> Answer:
        """What holds the environment variables."""
        found = self.described["SourceConfiguration"]
        for step in self._steps:
            found = found.get(step) or {}
        return cast(Answer, found)

    @property
    def _steps(self) -> tuple[str, ...]:
        if "ImageRepository" in self.described["SourceConfiguration"]:
            return ("ImageRepository", "ImageConfiguration")
        return ("CodeRepository", "CodeConfiguration", "CodeConfigurationValues")


def _expect(answer: Any, path: tuple[str, ...], kind: type) -> Any:
    """
    Raises:
        MalformedAnswer: there is nothing of that kind.
    """
    for step in path:
        answer = answer.get(step) if isinstance(answer, dict) else None
    if not isinstance(answer, kind):
        raise MalformedAnswer(f"Service.{'.'.join(path)} is missing")
    return answer


def _expect_parts(part: Any, path: tuple[str, ...]) -> None:
    """
    Raises:
        MalformedAnswer: something at `path` is there, and no object.
    """
    for step in path:
        if step not in part:
            return
        part = part[step]
        if not isinstance(part, dict):
            raise MalformedAnswer(f"{step} is no object")


def arns_of(answer: Answer, name: str) -> list[str]:
    """The ARNs of the services of that name in a page of the list of all.

    Raises:
        MalformedAnswer: it is none of `ListServices`.
    """
    listed = answer.get("ServiceSummaryList")
    if not isinstance(listed, list):
        raise MalformedAnswer("ServiceSummaryList is missing")
    found = []
    for item in listed:
        arn = item.get("ServiceArn") if isinstance(item, dict) else None
        if not isinstance(arn, str) or not SERVICE_ARN.fullmatch(arn):
            raise MalformedAnswer("ServiceSummaryList holds a service without an ARN")
        if item.get("ServiceName") == name and item.get("Status") != "DELETED":
            found.append(arn)
    return found


def operations_of(answer: Any) -> list[Operation]:
    """The operations of an answer, the latest first.

    Raises:
        MalformedAnswer: it is none of `ListOperations`.
    """
    listed = answer.get("OperationSummaryList")
    if not isinstance(listed, list):
        raise MalformedAnswer("OperationSummaryList is missing")
    found = []
    for item in listed:
        given = [item.get(name) if isinstance(item, dict) else None for name in ("Id", "Type", "Status")]
        texts = [text for text in given if isinstance(text, str)]
        if len(texts) < len(given):
            raise MalformedAnswer("OperationSummaryList holds an operation without Id, Type or Status")
        found.append(Operation(*texts))
    return found
