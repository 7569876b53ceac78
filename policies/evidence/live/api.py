"""The edge to AWS: what cannot be read is kept as a fact instead of an error, and all of it ends in time."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from .actions import Action
from .deadline import WORKERS, Deadline, side_by_side
from .failures import AccessError, Failure, of_error, parsing, refused
from .pages import pages, results
from .request import Request
from .shapes import Answer
from .transport import bound

Answers = Mapping[Action, list[Answer]]
OnRead = Callable[[Action, int], None]

TIMEOUT: Final = 300
"""How many seconds the reading of an account may take, where nobody says otherwise."""
_CONNECT_TIMEOUT: Final = 3
_READ_TIMEOUT: Final = 20
_SHARE: Final = 10
"""One answer may keep silent for a tenth of the time that there is for all."""
_ACCOUNT: Final = re.compile(r"[0-9]{12}")


class Api:
    """An account in one region. Nothing here writes to it.

    Attributes:
        account: its number, twelve digits.
        unread: why a call failed, by its action.
    """

    def __init__(
        self, session: Any, region: str, on_read: OnRead | None = None, deadline: Deadline | None = None
    ) -> None:
        """
        Args:
            session: a `boto3.Session`, whose credentials are tried at once.
            on_read: called for each call that succeeded, with the number of things that it showed.
            deadline: when reading ends; `TIMEOUT` seconds from now where it is not given.

        Raises:
            AccessError: the credentials are missing or refused, or AWS cannot be reached.
        """
        self._session = session
        self._clients: dict[str, Any] = {}
        self._on_read = on_read
        self._deadline = deadline or Deadline(TIMEOUT)
        self.region = region
        self.unread: dict[Action, str] = {}
        self.account = _identity(lambda: self._client("sts"), self._deadline)

    def fetch(self, requests: Iterable[Request]) -> Answers:
        """The answers to `requests`, made side by side: every page of each, by action.

        An action of which one call was denied or failed, was not made in time, or has an answer that lacks
        a field which AWS always gives, is named in `unread`, and not among the answers.

        Raises:
            AccessError: the credentials ran out meanwhile.
        """
        wanted = list(requests)
        for action in {request.action for request in wanted}:
            self._client(action.service)  # boto3 makes clients in one thread at a time
        read: dict[int, list[Answer]] = {}
        for index, answers in side_by_side(self._read, wanted, self._deadline):
            action = wanted[index].action
            if isinstance(answers, Failure):
                self.unread[action] = answers.text
                continue
            read[index] = answers
            if self._on_read:
                self._on_read(action, len(answers))
        found: defaultdict[Action, list[Answer]] = defaultdict(list)
        for index, request in enumerate(wanted):
            if index in read:
                found[request.action].extend(read[index])
            else:
                self.unread.setdefault(request.action, str(self._deadline))
        return {action: answers for action, answers in found.items() if action not in self.unread}

    def denial(self) -> AccessError:
        """What to raise where nothing that matters could be read."""
        failures = ", ".join(f"{action.permission} ({reason})" for action, reason in self.unread.items())
        return AccessError(
            f"the account cannot be read: {failures}: allow it ('mailroute iam-policy') or try again"
        )

    def has(self, service: str) -> bool:
        """Whether AWS offers `service` in the region, as far as boto3 knows of the region."""
        regions = self._session.get_available_regions
        return self.region in regions(service) or self.region not in regions("ec2")

    def _read(self, request: Request) -> list[Answer] | Failure:
        """
        Raises:
            AccessError: the credentials have run out.
        """
        action, client = request.action, self._clients[request.action.service]
        try:
            return [
                answer for page in pages(client, request) for answer in results(page, request, self.region)
            ]
        except Exception as error:
            failure = of_error(error)
            if failure.is_expiry:
                raise refused(failure) from error
            missing = action.recent and failure.is_unknown_operation
            return [] if missing or failure.code in action.nothing else failure

    def _client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = _client(self._session, service, self.region, self._deadline)
        return self._clients[service]


def _client(session: Any, service: str, region: str, deadline: Deadline) -> Any:
    """
    Raises:
        AccessError: its endpoint is configured, and is no URL.
    """
    from botocore.config import Config

    config = Config(
        connect_timeout=_CONNECT_TIMEOUT,
        read_timeout=min(_READ_TIMEOUT, deadline.seconds / _SHARE),
        # What is said here would win over the variable.
        retries=None if os.environ.get("AWS_RETRY_MODE") else {"mode": "standard"},
        max_pool_connections=WORKERS,
    )
    try:
        client = session.client(service, region_name=region, config=config)
    except ValueError as error:
        raise AccessError(
            f"the endpoint of {service} in the AWS configuration is no URL: correct AWS_ENDPOINT_URL"
        ) from error
    bound(client, deadline)
    return client


def _identity(client: Callable[[], Any], deadline: Deadline) -> str:
    """The account's number. Where credentials come from may hang as well, hence the deadline.

    Raises:
        AccessError: the credentials are missing or refused, or AWS cannot be reached.
    """
    from botocore.exceptions import NoCredentialsError, SSOError, TokenRetrievalError

    try:
        answer = _in_time(lambda: client().get_caller_identity(), deadline)
    except AccessError:
        raise
    except NoCredentialsError as error:
        raise AccessError(
            "no AWS credentials: set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "
            "or read a saved account with --evidence FILE"
        ) from error
    except Exception as error:
        failure = of_error(error)
        if failure.is_refusal or isinstance(error, (SSOError, TokenRetrievalError)):
            raise refused(failure) from error
        raise AccessError(f"AWS cannot be reached: sts:GetCallerIdentity: {failure.text}") from error
    account = answer.get("Account") if isinstance(answer, Mapping) else None
    if not isinstance(account, str) or not _ACCOUNT.fullmatch(account):
        raise AccessError("AWS cannot be reached: the answer to sts:GetCallerIdentity lacks Account")
    return account


def _in_time(call: Callable[[], Any], deadline: Deadline) -> Any:
    """
    Raises:
        AnswerTooLate: it did not answer by the deadline.
        UnparsedAnswer: the answer is not AWS's.
    """
    from .transport import AnswerTooLate

    def ask(_: None) -> Any:
        with parsing():
            return call()

    for _, answer in side_by_side(ask, [None], deadline):
        return answer
    raise AnswerTooLate(str(deadline))


def connect(
    region: str | None,
    *,
    profile: str | None = None,
    roles: Iterable[str] = (),
    on_read: OnRead | None = None,
    timeout: float = TIMEOUT,
) -> Api:
    """An account, by the usual AWS environment variables and profiles.

    Args:
        region: that of the environment or the profile where it is not given.
        roles: the ARNs of roles to assume first, one after the other.
        timeout: how many seconds all reading may take, from now.

    Raises:
        AccessError: there is no region, or no way into the account.
    """
    import boto3
    from botocore.exceptions import BotoCoreError

    deadline = Deadline(timeout)
    try:
        session = boto3.Session(profile_name=profile, region_name=region or os.environ.get("AWS_REGION"))
    except BotoCoreError as error:
        raise AccessError(f"the AWS configuration cannot be used: {of_error(error).text}") from error
    where = session.region_name
    if not where:
        raise AccessError("no AWS region: give --region, or set AWS_REGION")
    for role in roles:
        session = _assumed(session, role, where, deadline)
    return Api(session, where, on_read, deadline)


def _assumed(session: Any, role: str, region: str, deadline: Deadline) -> Any:
    import boto3

    def assume() -> Any:
        client = _client(session, "sts", region, deadline)
        return client.assume_role(RoleArn=role, RoleSessionName="mailroute")

    try:
        answer = _in_time(assume, deadline)
    except AccessError:
        raise
    except Exception as error:
        raise AccessError(f"role {role} cannot be assumed: {of_error(error).text}") from error
    given = answer.get("Credentials", {})
    keys = [given.get(key) for key in ("AccessKeyId", "SecretAccessKey", "SessionToken")]
    if None in keys:
        raise AccessError(f"role {role} cannot be assumed: the answer to sts:AssumeRole lacks credentials")
    return boto3.Session(keys[0], keys[1], keys[2], region)
