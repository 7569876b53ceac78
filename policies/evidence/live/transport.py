"""How much an answer may hold and how long it may take: botocore has no bound for either."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from .deadline import Deadline

LARGEST_ANSWER: Final = 64 * 2**20
"""In bytes. AWS's largest pages, of 1,000 things each, are a few million long."""
_PART: Final = 2**16


class AnswerTooLarge(Exception):
    """An answer is larger than any of AWS's: `str()` says so."""

    def __init__(self) -> None:
        super().__init__(f"the answer is larger than {LARGEST_ANSWER // 2**20} MB")


class AnswerTooLate(Exception):
    """An answer was not complete when the reading ended: `str()` says so."""


class _Body:
    """The body of an answer in the form in which botocore takes one."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self._content


def bound(client: Any, deadline: Deadline) -> None:
    """Have the client of a service read answers part by part, within `deadline` and `LARGEST_ANSWER`."""
    from botocore.awsrequest import AWSResponse

    session = client._endpoint.http_session

    def send(request: Any, **_: Any) -> Any:
        request.stream_output = True  # leaves the body to `_read`
        answer = session.send(request)
        content = _read(answer, deadline)
        return AWSResponse(answer.url, answer.status_code, answer.headers, _Body(content))

    client.meta.events.register("before-send", send)


def _read(answer: Any, deadline: Deadline) -> bytes:
    """
    Raises:
        AnswerTooLarge, AnswerTooLate: it is not read to its end.
        ConnectionClosedError, ReadTimeoutError: it ends too early, or stalls; botocore tries again.
    """
    from botocore.exceptions import ConnectionClosedError, ReadTimeoutError
    from urllib3 import exceptions

    content = bytearray()
    try:
        for part in answer.raw.stream(_PART):
            content += part
            if len(content) > LARGEST_ANSWER:
                raise AnswerTooLarge
            if deadline.is_over:
                raise AnswerTooLate(str(deadline))
    except exceptions.ReadTimeoutError as error:
        raise ReadTimeoutError(endpoint_url=answer.url, error=error) from error
    except exceptions.HTTPError as error:
        raise ConnectionClosedError(endpoint_url=answer.url, error=error) from error
    finally:
        if not answer.raw.isclosed():
            answer.raw.close()  # of what is left unread nothing may come before the next answer
    announced = answer.headers.get("Content-Length", "")
    if announced.isdecimal() and len(content) < int(announced):
        raise ConnectionClosedError(endpoint_url=answer.url, error="the answer is cut off")
    return bytes(content)
