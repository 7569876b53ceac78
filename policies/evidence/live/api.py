"""The edge to AWS: pages, back-off, and what cannot be read kept as a fact instead of an error."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from evidence.file import EvidenceError

from .actions import Action

Answer = Mapping[str, Any]
Answers = Mapping[Action, list[Answer]]
OnRead = Callable[[Action, int], None]

_WORKERS: Final = 8
_CONNECT_TIMEOUT: Final = 3
_READ_TIMEOUT: Final = 20
_FILTER_VALUES: Final = 200
"""How many values one filter may have (Amazon EC2 API Reference, "Filters")."""
_AWS_DOMAINS: Final = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws")
_DENIED: Final = ("AccessDenied", "Unauthorized")
_EXPIRED: Final = frozenset(
    {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "InvalidClientTokenId"}
)
"""What AWS says of credentials that ran out, or were withdrawn (Amazon EC2 API Reference, "Error codes")."""
_NEXT_PAGE: Final = {
    "NextToken": "NextToken",
    "nextToken": "nextToken",
    "NextMarker": "Marker",
}
"""Where a page says where the next one starts, and what to ask for it by."""


class AccessError(EvidenceError):
    """The account cannot be read at all: `str()` is one line with the reason and the remedy."""


@dataclass(frozen=True)
class Request:
    """One call.

    Attributes:
        about: what each answer is about that AWS does not repeat in it.
    """

    action: Action
    parameters: Mapping[str, Any] = field(default_factory=dict)
    about: Mapping[str, Any] = field(default_factory=dict)


def filtered(action: Action, name: str, values: Iterable[str]) -> Iterator[Request]:
    """Calls for whatever has one of `values` in the field `name`: one for each 200 values."""
    parameter = "Filter" if action is Action.NAT_GATEWAYS else "Filters"
    listed = sorted(set(values))
    for start in range(0, len(listed), _FILTER_VALUES):
        chunk = listed[start : start + _FILTER_VALUES]
        yield Request(action, {parameter: [{"Name": name, "Values": chunk}]})


class Api:
    """An account in one region. Nothing here writes to it.

    Attributes:
        account: its number, twelve digits.
        unread: why a call failed, by its action.
    """

    def __init__(self, session: Any, region: str, on_read: OnRead | None = None) -> None:
        """
        Args:
            session: a `boto3.Session`, whose credentials are tried at once.
            on_read: told of each call that came through, with the number of things that it showed.

        Raises:
            AccessError: the credentials are missing or refused, or AWS cannot be reached.
        """
        self._session = session
        self._clients: dict[str, Any] = {}
        self._on_read = on_read
        self.region = region
        self.unread: dict[Action, str] = {}
        self.account = self._identity()

    def fetch(self, requests: Iterable[Request]) -> Answers:
        """The answers to `requests`, made side by side: every page of each, by action.

        An action of which one call was denied or failed is named in `unread`, and not among the answers.

        Raises:
            AccessError: the credentials ran out meanwhile.
        """
        wanted = list(requests)
        for action in {request.action for request in wanted}:
            self._client(action.service)  # boto3 makes clients in one thread at a time
        found: defaultdict[Action, list[Answer]] = defaultdict(list)
        with ThreadPoolExecutor(_WORKERS) as pool:
            for request, answers in zip(wanted, pool.map(self._read, wanted), strict=True):
                found[request.action].extend(answers)
        expired = _EXPIRED.intersection(self.unread.values())
        if expired:
            raise _refused(min(expired))
        return {action: answers for action, answers in found.items() if action not in self.unread}

    def denial(self) -> AccessError:
        """What to raise where nothing that matters could be read."""
        failures = ", ".join(f"{action.permission} ({reason})" for action, reason in self.unread.items())
        return AccessError(
            f"the account cannot be read: {failures}: 'mailroute iam-policy' prints what to allow"
        )

    def has(self, service: str) -> bool:
        """Whether AWS offers `service` in the region, as far as boto3 knows of the region."""
        regions = self._session.get_available_regions
        return self.region in regions(service) or self.region not in regions("ec2")

    def _read(self, request: Request) -> list[Answer]:
        from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError
        from botocore.parsers import ResponseParserError

        action, client = request.action, self._clients[request.action.service]
        try:
            found: list[Answer] = [
                {**answer, **request.about}
                for page in self._pages(client, request)
                for answer in _results(page, action)
            ]
        except (ClientError, BotoCoreError, ResponseParserError) as error:
            reason = _reason(error)
            lacking = action.recent and (
                _is_lacking(client, reason)
                or (isinstance(error, EndpointConnectionError) and not self.has(action.service))
            )
            if reason not in action.nothing and not lacking:
                self.unread[action] = reason
            return []
        if self._on_read:
            self._on_read(action, len(found))
        return found

    def _pages(self, client: Any, request: Request) -> Iterator[Answer]:
        """Every page, each as large as AWS makes them.

        Raises:
            PaginationError: a page leads back to itself, or tells of more without saying how to get it.
        """
        from botocore import xform_name
        from botocore.exceptions import PaginationError

        operation = request.action.operation
        accepted = client.meta.service_model.operation_model(operation).input_shape.members
        limit = accepted["MaxResults"].metadata.get("max") if "MaxResults" in accepted else None
        parameters = {**request.parameters, **({"MaxResults": limit} if limit else {})}
        while True:
            page = getattr(client, xform_name(operation))(**parameters)
            yield page
            onward = {name: page[key] for key, name in _NEXT_PAGE.items() if page.get(key)}
            if not onward and not page.get("AdditionalRoutesAvailable"):
                return
            if onward.items() <= parameters.items():
                raise PaginationError(message="a page that leads back to itself, or nowhere")
            parameters.update(onward)

    def _client(self, service: str) -> Any:
        from botocore.config import Config

        if service not in self._clients:
            self._clients[service] = self._session.client(
                service,
                region_name=self.region,
                config=Config(
                    connect_timeout=_CONNECT_TIMEOUT,
                    read_timeout=_READ_TIMEOUT,
                    # What is said here would win over the variable.
                    retries=None if os.environ.get("AWS_RETRY_MODE") else {"mode": "standard"},
                    max_pool_connections=_WORKERS,
                ),
            )
        return self._clients[service]

    def _identity(self) -> str:
        from botocore.exceptions import (
            BotoCoreError,
            ClientError,
            NoCredentialsError,
            SSOError,
            TokenRetrievalError,
        )
        from botocore.parsers import ResponseParserError

        try:
            return str(self._client("sts").get_caller_identity()["Account"])
        except NoCredentialsError as error:
            raise AccessError(
                "no AWS credentials: set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "
                "or read a saved account with --evidence FILE"
            ) from error
        except (ClientError, SSOError, TokenRetrievalError) as error:
            raise _refused(_reason(error)) from error
        except (BotoCoreError, ResponseParserError, ValueError) as error:
            raise AccessError(f"AWS cannot be reached: {_one_line(error)}") from error


def connect(
    region: str | None,
    *,
    profile: str | None = None,
    roles: Iterable[str] = (),
    on_read: OnRead | None = None,
) -> Api:
    """An account, by the usual AWS environment variables and profiles.

    Args:
        region: that of the environment or the profile where it is not given.
        roles: the ARNs of roles to assume first, one after the other.

    Raises:
        AccessError: there is no region, or no way into the account.
    """
    import boto3
    from botocore.exceptions import BotoCoreError

    try:
        session = boto3.Session(profile_name=profile, region_name=region or os.environ.get("AWS_REGION"))
    except BotoCoreError as error:
        raise AccessError(f"the AWS configuration cannot be used: {_one_line(error)}") from error
    where = session.region_name
    if not where:
        raise AccessError("no AWS region: give --region, or set AWS_REGION")
    for role in roles:
        session = _assumed(session, role, where)
    return Api(session, where, on_read)


def _assumed(session: Any, role: str, region: str) -> Any:
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        answer = session.client("sts").assume_role(RoleArn=role, RoleSessionName="mailroute")
    except (ClientError, BotoCoreError) as error:
        raise AccessError(f"role {role} cannot be assumed: {_reason(error)}") from error
    given = answer["Credentials"]
    return boto3.Session(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], region)


def _results(page: Answer, action: Action) -> list[Answer]:
    value = page.get(action.result) if action.result else page
    if value is None:
        return []
    listed = value if isinstance(value, list) else [value]
    return [{"Arn": item} if isinstance(item, str) else item for item in listed]


def _refused(reason: str) -> AccessError:
    return AccessError(f"AWS refuses the credentials ({reason}): renew them, as with 'aws sso login'")


def _reason(error: Exception) -> str:
    """Why a call failed, in a word: AWS's own code where it answered."""
    response = getattr(error, "response", None)
    code = response.get("Error", {}).get("Code") if isinstance(response, Mapping) else None
    return str(code or type(error).__name__)


def _is_lacking(client: Any, reason: str) -> bool:
    """Whether what answers is not AWS, and did not just refuse: it does not know the action."""
    host = urlsplit(client.meta.endpoint_url).hostname or ""
    return not host.endswith(_AWS_DOMAINS) and not any(word in reason for word in _DENIED)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".")
