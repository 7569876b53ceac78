"""Why something was not read, in AWS's words where it answered.

Sources: Amazon EC2 API Reference, "Error codes for the Amazon EC2 API"; "Common errors" of each
service's API reference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from textwrap import shorten
from typing import Final

from evidence.file import EvidenceError

from .transport import AnswerTooLarge, AnswerTooLate

_EXPIRED: Final = frozenset(
    {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "InvalidClientTokenId"}
)
"""What AWS says of credentials that ran out, or were withdrawn."""
_UNKNOWN_OPERATION: Final = frozenset({"InvalidAction", "UnknownOperationException", "UnsupportedOperation"})
"""What AWS says of an operation that it does not have in a region: EC2 the first and the last."""
_NOT_IMPLEMENTED: Final = 501
"""The HTTP status with which LocalStack says, as `InternalFailure`, that it lacks an operation."""
_REFUSED: Final = (401, 403)
_LONGEST_REASON: Final = 300
_ENCODED: Final = "Encoded authorization failure message"
"""What follows it in a message of EC2's means nothing to a person."""


class AccessError(EvidenceError):
    """The account cannot be read at all: `str()` is one line with the reason and the remedy."""


class IncompleteAnswer(Exception):
    """An answer is not what AWS's are: `str()` says in what."""


class UnparsedAnswer(Exception):
    """An answer, of which nothing is shown, does to botocore what none of AWS's does: `str()` is what."""


@contextmanager
def parsing() -> Iterator[None]:
    """Whatever botocore raises meanwhile is an error of its own, or `UnparsedAnswer`.

    Its parsers are made for AWS's answers, and what they raise of others may quote secrets.

    Raises:
        UnparsedAnswer: it raises something else.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError, AnswerTooLarge, AnswerTooLate, AccessError):
        raise
    except Exception as error:
        raise UnparsedAnswer(type(error).__name__) from error


@dataclass(frozen=True)
class Failure:
    """Why something was not read.

    Attributes:
        code: AWS's own where it answered, else the kind of the error.
        text: what to tell a person: the code and AWS's message, in one line.
        status: of HTTP; 0 where nothing of AWS's form answered.
    """

    code: str
    text: str
    status: int = 0

    @property
    def is_expiry(self) -> bool:
        """Whether the credentials ran out."""
        return self.code in _EXPIRED

    @property
    def is_refusal(self) -> bool:
        """Whether it is the credentials that AWS does not take."""
        return self.is_expiry or self.status in _REFUSED

    @property
    def is_unknown_operation(self) -> bool:
        """Whether the operation is said not to be there: every other failure may hide an answer."""
        return self.code in _UNKNOWN_OPERATION or self.status == _NOT_IMPLEMENTED


def of_error(error: Exception) -> Failure:
    """What an exception of a call says.

    Raises:
        Exception: `error` itself, which is none of AWS's or botocore's, but a fault of mailroute's.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    kind = type(error).__name__
    if isinstance(error, ClientError):
        return _of_answer(kind, error.response)
    if isinstance(error, (BotoCoreError, AnswerTooLarge, AnswerTooLate, IncompleteAnswer)):
        return Failure(kind, _short(str(error)))
    if isinstance(error, UnparsedAnswer):
        return Failure(str(error), "the answer cannot be parsed")
    raise error


def _of_answer(kind: str, response: Mapping[str, Mapping[str, object]]) -> Failure:
    given = response.get("Error", {})
    code = str(given.get("Code") or "")
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", code)
    if not code or code.isdecimal():  # botocore gives the HTTP status where AWS gives no code
        return Failure(kind, f"an answer with HTTP status {status} and no error code of AWS's")
    message = _short(str(given.get("Message") or "").partition(_ENCODED)[0])
    return Failure(code, f"{code}: {message}" if message else code, status if isinstance(status, int) else 0)


def refused(failure: Failure) -> AccessError:
    return AccessError(f"AWS refuses the credentials ({failure.text}): renew them, as with 'aws sso login'")


def _short(text: str) -> str:
    """`text` in one line, without a full stop at its end."""
    return shorten(text.strip().rstrip("."), _LONGEST_REASON, placeholder="...")
