"""The edge to App Runner: four calls, and of each failure whether it may have changed the service."""

from __future__ import annotations

import json
import os
from functools import cached_property, partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, TypeVar

from evidence.live.deadline import Deadline
from evidence.live.failures import AccessError, Failure, of_error, parsing, refused
from evidence.live.transport import bound

from .service import MalformedAnswer, Operation, Service, arns_of, operations_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

Result = TypeVar("Result")

_CONNECT_TIMEOUT: Final = 5
_READ_TIMEOUT: Final = 30
_SHARE: Final = 10
"""One answer may keep silent for a tenth of the time that there is for all."""
_THROTTLED: Final = frozenset(
    {
        "ThrottlingException",
        "ThrottledException",
        "Throttling",
        "TooManyRequestsException",
        "RequestLimitExceeded",
        "SlowDown",
    }
)
_NEVER_SENT: Final = frozenset(
    {"ConnectTimeoutError", "EndpointConnectionError", "ParamValidationError", "ProxyConnectionError"}
)
"""Kinds of error that botocore raises before a request has left this machine."""
_NO_WAY_IN: Final = frozenset({"NoCredentialsError", "PartialCredentialsError"})
_CLIENT_ERROR: Final = range(400, 500)


class TryAgain(Exception):
    """A call failed in a way that may pass: `str()` says how. The service is as it was."""


class Rejected(Exception):
    """An update was not taken, and will not be: `str()` says why. The service is as it was.

    Attributes:
        is_state: whether the service's state does not allow it, as during another operation.
    """

    def __init__(self, reason: str, *, is_state: bool = False) -> None:
        super().__init__(reason)
        self.is_state = is_state


class Unclear(Exception):
    """Nobody can say from its answer whether an update was taken: `str()` is what came."""


class AppRunner:
    """App Runner in one region, by the usual AWS environment variables and profiles.

    Args:
        region: that of the environment or the profile where it is `None`.
        deadline: when all of it ends; every answer is given up then.

    Raises:
        AccessError: there is no region, or the AWS configuration cannot be used.
    """

    def __init__(self, region: str | None, deadline: Deadline) -> None:
        import boto3
        from botocore.exceptions import BotoCoreError

        self._deadline = deadline
        try:
            self._session = boto3.Session(region_name=region or os.environ.get("AWS_REGION"))
            if not self._session.region_name:
                raise AccessError("no AWS region: give --region, or the service's ARN, or set AWS_REGION")
            standard = None if os.environ.get("AWS_RETRY_MODE") else {"mode": "standard"}
            self._reader = self._client(min(_READ_TIMEOUT, deadline.seconds / _SHARE), standard)
        except BotoCoreError as error:
            raise AccessError(f"the AWS configuration cannot be used: {of_error(error).text}") from error
        self.region: str = self._session.region_name
        # What is written back is what was read, with all that botocore's model leaves out.
        self._reader.meta.events.register("before-parse.apprunner.DescribeService", _keep_whole)

    @cached_property
    def _writer(self) -> Any:
        """Sends once: an update whose answer is lost may have been taken all the same."""
        return self._client(_READ_TIMEOUT, {"total_max_attempts": 1})

    def _client(self, read_timeout: float, retries: Mapping[str, Any] | None) -> Any:
        from botocore.config import Config

        config = Config(connect_timeout=_CONNECT_TIMEOUT, read_timeout=read_timeout, retries=retries)
        client = self._session.client("apprunner", config=config)
        bound(client, self._deadline)
        return client

    def arn_of(self, name: str) -> str:
        """The ARN of the service with this name.

        Raises:
            AccessError: there is none or more than one, or the services cannot be listed.
            TryAgain: App Runner does not answer as it should.
        """
        found = [
            arn
            for page in self._pages("ListServices", {})
            for arn in _understood("ListServices", partial(arns_of, page, name))
        ]
        if not found:
            raise AccessError(
                f"{name}: {self.region} has no App Runner service of that name: check it and the region"
            )
        if len(found) > 1:
            raise AccessError(f"{name}: {len(found)} services have that name: give one of {', '.join(found)}")
        return found[0]

    def service(self, arn: str) -> Service:
        """The service as it is.

        Raises:
            AccessError: it is not there, or cannot be read.
            TryAgain: App Runner does not answer as it should.
        """
        answer = self._read("DescribeService", {"ServiceArn": arn})
        return _understood("DescribeService", lambda: Service.of(answer.get("Service"), arn))

    def operations(self, arn: str) -> list[Operation]:
        """The operations on the service, the last one first.

        Raises:
            AccessError, TryAgain: see `service`.
        """
        return [
            operation
            for page in self._pages("ListOperations", {"ServiceArn": arn})
            for operation in _understood("ListOperations", partial(operations_of, page))
        ]

    def update(self, request: Mapping[str, Any]) -> str | None:
        """Change the service, in one request: the id of the operation, `None` where the answer has none.

        Raises:
            TryAgain: it was turned away for its rate.
            Rejected: it was not taken.
            Unclear: it may have been taken.
        """
        try:
            with parsing():
                answer = self._writer.update_service(**request)
        except Exception as error:  # whatever an answer does to botocore
            failure = of_error(error)
            if failure.code in _THROTTLED:
                raise TryAgain(failure.text) from error
            if failure.status in _CLIENT_ERROR or failure.code in _NEVER_SENT | _NO_WAY_IN:
                is_state = failure.code == "InvalidStateException"
                raise Rejected(str(_denied("UpdateService", failure)), is_state=is_state) from error
            raise Unclear(_said("UpdateService", failure)) from error
        operation = answer.get("OperationId")
        return operation if isinstance(operation, str) and operation else None

    def _pages(self, operation: str, parameters: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        token: dict[str, str] = {}
        while True:
            page = self._read(operation, {**parameters, **token})
            yield page
            if not page.get("NextToken") or page["NextToken"] == token.get("NextToken"):
                return
            token = {"NextToken": page["NextToken"]}

    def _read(self, operation: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        name = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in operation)[1:]
        try:
            with parsing():
                answer = getattr(self._reader, name)(**parameters)
        except Exception as error:  # whatever an answer does to botocore
            failure = of_error(error)
            if failure.status not in _CLIENT_ERROR and failure.code not in _NO_WAY_IN:
                raise TryAgain(_said(operation, failure)) from error
            if failure.code in _THROTTLED:
                raise TryAgain(_said(operation, failure)) from error
            raise _denied(operation, failure) from error
        return answer if isinstance(answer, dict) else {}


def _understood(operation: str, read: Callable[[], Result]) -> Result:
    """
    Raises:
        TryAgain: the answer lacks something.
    """
    try:
        return read()
    except MalformedAnswer as error:
        raise TryAgain(f"the answer to apprunner:{operation} cannot be used: {error}") from error


def _denied(operation: str, failure: Failure) -> AccessError:
    if failure.is_expiry:
        return refused(failure)
    remedy = {
        "ResourceNotFoundException": ": check the ARN and the region",
        "AccessDeniedException": ": allow it ('mailroute iam-policy --for apply-settings')",
        "NoCredentialsError": ": set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    }
    return AccessError(_said(operation, failure) + remedy.get(failure.code, ""))


def _said(operation: str, failure: Failure) -> str:
    return f"apprunner:{operation}: {failure.text}"


def _keep_whole(response_dict: Any, customized_response_dict: dict[str, Any], **_: Any) -> None:
    """Keep an answer as it came; what is no answer of AWS's is for botocore's parser to say."""
    try:
        document = json.loads(response_dict["body"])
    except ValueError:
        return
    if response_dict["status_code"] == HTTPStatus.OK and isinstance(document, dict):
        customized_response_dict["Service"] = document.get("Service")
