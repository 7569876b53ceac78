"""The edge to AWS: pages, back-off, and what cannot be read kept as a fact instead of an error."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from textwrap import shorten
from typing import Any, Final
from urllib.parse import urlsplit

from evidence.file import EvidenceError

from .actions import Action
from .fields import lacking
from .shapes import Answer

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
_LONGEST_REASON: Final = 300
_ENCODED: Final = "Encoded authorization failure message"
"""What follows it in a message of EC2's means nothing to a person."""


class AccessError(EvidenceError):
    """The account cannot be read at all: `str()` is one line with the reason and the remedy."""


@dataclass(frozen=True)
class Failure:
    """Why something was not read.

    Attributes:
        code: AWS's own where it answered, else the kind of the error.
        text: what to tell a person: the code and AWS's message, in one line.
    """

    code: str
    text: str


@dataclass(frozen=True)
class Request:
    """One call.

    Attributes:
        about: what each answer is about that AWS does not repeat in it.
        fields: what each answer has beside the fields of every answer to the action.
    """

    action: Action
    parameters: Mapping[str, Any] = field(default_factory=dict)
    about: Mapping[str, Any] = field(default_factory=dict)
    fields: tuple[str, ...] = ()


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
            on_read: called for each call that succeeded, with the number of things that it showed.

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

        An action of which one call was denied or failed, or has an answer that lacks a field which AWS
        always gives, is named in `unread`, and not among the answers.

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
        """
        Raises:
            AccessError: the credentials have run out.
        """
        from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError
        from botocore.parsers import ResponseParserError

        action, client = request.action, self._clients[request.action.service]
        try:
            found = [answer for page in _pages(client, request) for answer in _results(page, request)]
        except _IncompleteAnswer as error:
            self.unread[action] = str(error)
            return []
        except (ClientError, BotoCoreError, ResponseParserError) as error:
            failure = _failure(error)
            if failure.code in _EXPIRED:
                raise _refused(failure) from error
            missing = action.recent and (
                _is_missing(client, failure)
                or (isinstance(error, EndpointConnectionError) and not self.has(action.service))
            )
            if failure.code not in action.nothing and not missing:
                self.unread[action] = failure.text
            return []
        if self._on_read:
            self._on_read(action, len(found))
        return found

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
            account = self._client("sts").get_caller_identity().get("Account")
        except NoCredentialsError as error:
            raise AccessError(
                "no AWS credentials: set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "
                "or read a saved account with --evidence FILE"
            ) from error
        except (ClientError, SSOError, TokenRetrievalError) as error:
            failure = _failure(error)
            if failure.code == ClientError.__name__:  # it is not AWS that answers
                raise AccessError(f"AWS cannot be reached: {failure.text}") from error
            raise _refused(failure) from error
        except (BotoCoreError, ResponseParserError, ValueError) as error:
            raise AccessError(f"AWS cannot be reached: {_failure(error).text}") from error
        if account is None:
            raise AccessError("AWS cannot be reached: the answer to sts:GetCallerIdentity lacks Account")
        return str(account)


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
        raise AccessError(f"the AWS configuration cannot be used: {_failure(error).text}") from error
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
        raise AccessError(f"role {role} cannot be assumed: {_failure(error).text}") from error
    given = answer.get("Credentials", {})
    keys = [given.get(key) for key in ("AccessKeyId", "SecretAccessKey", "SessionToken")]
    if None in keys:
        raise AccessError(f"role {role} cannot be assumed: the answer to sts:AssumeRole lacks credentials")
    return boto3.Session(keys[0], keys[1], keys[2], region)


class _IncompleteAnswer(Exception):
    """An answer lacks what every answer of AWS's has: `str()` says what."""

    def __init__(self, field: str) -> None:
        super().__init__(f"the answer lacks {field}")


def _pages(client: Any, request: Request) -> Iterator[Answer]:
    """Every page, each as large as AWS makes them.

    Raises:
        PaginationError: a page leads back to itself, or says that there are more without a token for them.
    """
    from botocore import xform_name
    from botocore.exceptions import PaginationError
    from botocore.paginate import Paginator

    operation = client.meta.service_model.operation_model(request.action.operation)
    method, accepted = xform_name(operation.name), operation.input_shape.members
    limit = accepted["MaxResults"].metadata.get("max") if "MaxResults" in accepted else None
    parameters = {**request.parameters, **({"MaxResults": limit} if limit else {})}
    if client.can_paginate(method):
        pages = client.get_paginator(method).paginate(**parameters)
    elif "NextToken" in accepted:  # botocore lacks the paginators of a few
        token = {"input_token": "NextToken", "output_token": "NextToken", "result_key": request.action.result}
        pages = Paginator(getattr(client, method), token, operation).paginate(**parameters)
    else:
        pages = (getattr(client, method)(**parameters),)
    for page in pages:
        yield page
        if page.get("AdditionalRoutesAvailable") and not page.get("NextToken"):
            raise PaginationError(message="there are more routes, and no token to ask for them by")


def _results(page: Answer, request: Request) -> list[Answer]:
    """
    Raises:
        _IncompleteAnswer: an answer lacks a field.
    """
    action = request.action
    value = page.get(action.result) if action.result else page
    if value is None:
        raise _IncompleteAnswer(action.result)
    listed = value if isinstance(value, list) else [value]
    found: list[Answer] = [
        {**({"Arn": item} if isinstance(item, str) else item), **request.about} for item in listed
    ]
    for answer in found:
        missing = lacking(action, answer, request.fields)
        if missing:
            raise _IncompleteAnswer(missing)
    return found


def _refused(failure: Failure) -> AccessError:
    return AccessError(f"AWS refuses the credentials ({failure.text}): renew them, as with 'aws sso login'")


def _failure(error: Exception) -> Failure:
    from botocore.parsers import ResponseParserError

    kind = type(error).__name__
    if isinstance(error, ResponseParserError):  # it quotes the answer, which may hold secrets
        return Failure(kind, "the answer cannot be parsed")
    response = getattr(error, "response", None)
    if not isinstance(response, Mapping):
        return Failure(kind, _short(str(error)))
    given = response.get("Error", {})
    code = str(given.get("Code") or "")
    if not code or code.isdecimal():  # botocore gives the HTTP status where AWS gives no code
        status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", code)
        return Failure(kind, f"an answer with HTTP status {status} and no error code of AWS's")
    message = _short(str(given.get("Message") or "").partition(_ENCODED)[0])
    return Failure(code, f"{code}: {message}" if message else code)


def _is_missing(client: Any, failure: Failure) -> bool:
    """Whether what answers is not AWS, and did not just refuse: it does not know the action."""
    host = urlsplit(client.meta.endpoint_url).hostname or ""
    return not host.endswith(_AWS_DOMAINS) and not any(word in failure.code for word in _DENIED)


def _short(text: str) -> str:
    """`text` in one line, without a full stop at its end."""
    return shorten(text.strip().rstrip("."), _LONGEST_REASON, placeholder="...")
