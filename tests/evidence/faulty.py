"""What is between an account and its reader, and goes wrong: recorded answers over HTTP, with one fault."""

from __future__ import annotations

import re
import socket
import struct
from collections.abc import Callable, Mapping
from functools import cache, partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Thread
from typing import Any, Final

import botocore.session
from botocore import xform_name

from tests.evidence.account import REGION
from tests.evidence.front import MODELS, Call, Reply, called

ELSEWHERE: Final = "eu-west-9"
TOO_LARGE: Final = 2**16
"""How large an answer may be, in these tests."""

Fault = Callable[["Handler", Call, Reply], None]


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_: Any) -> None:
        """Say nothing of clients that had enough."""


class Faulty:
    """A server that gives recorded answers.

    Attributes:
        url: where it listens.
        replies: what was recorded.
        fault: what it does instead of giving one.
        calls: how often it was asked.
        faults: how often it went wrong.
    """

    def __init__(self) -> None:
        self.server = _Server(("127.0.0.1", 0), type("Handler", (Handler,), {"faulty": self}))
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.replies: Mapping[Call, Reply] = {}
        self.fault: Fault = Handler.give
        self.action = ""
        self.calls = 0
        self.faults = 0
        Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class Handler(BaseHTTPRequestHandler):
    """One connection to the server."""

    faulty: Faulty
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        service, _, operation = called(dict(self.headers), self.path, body)
        call = Call(f"{service}:{operation}", self.path, body)
        self.faulty.calls += 1
        given = self.faulty.replies.get(call) or first(self.faulty.replies, call.action)
        if call.action == self.faulty.action:
            self.faulty.faults += 1
            self.faulty.fault(self, call, given)
        else:
            self.give(call, given)

    do_GET = do_PUT = do_POST  # noqa: N815 the names of the base class

    def give(self, _: Call, reply: Reply) -> None:
        self.send(*reply)

    def send(self, status: int, kind: str, content: bytes, length: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content) if length is None else length))
        self.end_headers()
        self.wfile.write(content)

    def hang_up(self) -> None:
        """Reset the connection."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def wait(self) -> None:
        """Wait until the client has had enough."""
        self.connection.recv(1)
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 the name is the base class's
        pass


def first(replies: Mapping[Call, Reply], action: str) -> Reply:
    """What was answered to the first page of `action`, whatever is asked for now."""
    return next(reply for call, reply in replies.items() if call.action == action)


def _is_xml(call: Call) -> bool:
    return call.action.startswith(("ec2:", "route53:", "sts:"))


def error(code: str, status: int) -> Fault:
    def answer(handler: Handler, call: Call, reply: Reply) -> None:
        if not _is_xml(call):
            content = b'{"__type":"%s","message":"no"}' % code.encode()
        else:
            error = f"<Error><Code>{code}</Code><Message>no</Message></Error>"
            inner = f"<Errors>{error}</Errors>" if call.action.startswith("ec2:") else error
            content = f"<ErrorResponse>{inner}</ErrorResponse>".encode()
        handler.send(status, reply.kind, content)

    return answer


def _body(content: bytes, kind: str = "", status: int = 200) -> Fault:
    return lambda handler, _, reply: handler.send(status, kind or reply.kind, content)


def _by_protocol(json: bytes, xml: bytes) -> Fault:
    def answer(handler: Handler, call: Call, reply: Reply) -> None:
        handler.send(200, reply.kind, xml if _is_xml(call) else json)

    return answer


def _cut(handler: Handler, _: Call, reply: Reply) -> None:
    handler.send(reply.status, reply.kind, reply.content[: len(reply.content) // 2], len(reply.content))
    handler.close_connection = True


def cut_once() -> Fault:
    """The first answer is cut off, the others are not."""
    numbers = count()
    return lambda handler, call, reply: (handler.give if next(numbers) else partial(_cut, handler))(
        call, reply
    )


def _half(handler: Handler, _: Call, reply: Reply) -> None:
    handler.send(reply.status, reply.kind, reply.content[: len(reply.content) // 2])


def stalled(handler: Handler, _: Call, reply: Reply) -> None:
    handler.send(reply.status, reply.kind, reply.content[:9], len(reply.content))
    handler.wait()


def _hanging(handler: Handler, _: Call, __: Reply) -> None:
    handler.wait()


def _reset(handler: Handler, _: Call, __: Reply) -> None:
    handler.hang_up()


def _huge(handler: Handler, _: Call, reply: Reply) -> None:
    handler.send(reply.status, reply.kind, reply.content + b" " * TOO_LARGE)


def _elsewhere(handler: Handler, _: Call, reply: Reply) -> None:
    handler.send(reply.status, reply.kind, reply.content.replace(REGION.encode(), ELSEWHERE.encode()))


@cache
def token_of(action: str) -> str | None:
    """How an answer to `action` names the token of the next page; `None` where it has but one page."""
    service, operation = action.split(":")
    client = botocore.session.get_session().create_client(
        MODELS.get(service, service), REGION, aws_access_key_id="a", aws_secret_access_key="b"
    )
    model = client.meta.service_model.operation_model(operation)
    method = xform_name(operation)
    if client.can_paginate(method):
        names = client.get_paginator(method)._pagination_cfg["output_token"]
        name = names[0] if isinstance(names, list) else names
    elif "NextToken" in model.input_shape.members:
        name = "NextToken"
    else:
        return None
    return str(model.output_shape.members[name].serialization.get("name", name))


def _with_token(call: Call, reply: Reply, token: str) -> bytes:
    name = token_of(call.action)
    if not _is_xml(call):
        return reply.content.rstrip()[:-1] + f', "{name}": "{token}"}}'.encode()
    content = re.sub(rb"<IsTruncated>\w+</IsTruncated>", b"<IsTruncated>true</IsTruncated>", reply.content)
    head, end, tail = content.rpartition(b"</")
    return head + f"<{name}>{token}</{name}>".encode() + end + tail


def endless(*tokens: str) -> Fault:
    """Pages without an end: their tokens come again and again, or each is new."""
    numbers = count()

    def answer(handler: Handler, call: Call, reply: Reply) -> None:
        number = next(numbers)
        token = tokens[number % len(tokens)] if tokens else f"token-{number}"
        handler.send(reply.status, reply.kind, _with_token(call, reply, token))

    return answer


_HTML = b"<!doctype html><html><head><title>Sign in</title></head><body><p>Sign in<br></body></html>"
_XHTML = b"<html><body>Sign in</body></html>"

FAULTS: Final[Mapping[str, Fault]] = {
    "denied": error("AccessDenied", 403),
    "throttled": error("RequestLimitExceeded", 503),
    "internal error": error("InternalError", 500),
    "500 of a proxy": _body(_HTML, "text/html", 500),
    "cut off": _cut,
    "half an answer": _half,
    "reset": _reset,
    "HTML": _body(_HTML, "text/html"),
    "XHTML": _body(_XHTML, "text/html"),
    "an empty answer": _body(b""),
    "no key": _by_protocol(b"{}", b"<Response/>"),
    "another type": _by_protocol(b'["no"]', b"no"),
    "nested deeply": _by_protocol(b"[" * 50_000, b"<a>" * 5_000),
    "hanging": _hanging,
    "huge": _huge,
    "of another region": _elsewhere,
    "pages in a circle": endless("one", "two"),
    "endless pages": endless(),
}
