"""The small pure parts of the engine."""

from __future__ import annotations

import threading
from pathlib import Path
from types import SimpleNamespace

import grpc
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi.runtime.proto import engine_pb2

from mailroute import wire
from mailroute.rehearsal.embedded.launch import EngineWithoutDebug
from mailroute.rehearsal.embedded.local import LocalStub
from mailroute.rehearsal.embedded.registry import Registry
from mailroute.rehearsal.shared import channels, tracebacks, urns
from reachability.values import UNKNOWN

_SCALARS = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text() | st.just(UNKNOWN)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.text(min_size=1), inner)
        | st.builds(wire.Secret, inner)
        | st.builds(wire.OutputValue, inner, st.lists(st.text()).map(tuple), st.booleans())
        | st.builds(wire.ResourceReference, st.text(min_size=1), st.none() | st.text(min_size=1))
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.text(min_size=1), _VALUES))
def test_what_is_encoded_is_decoded_again(properties: dict[str, object]) -> None:
    assert wire.decode(wire.encode(properties)) == properties


@given(st.dictionaries(st.text(min_size=1), _VALUES))
def test_no_json_has_a_wrapper_or_a_sentinel(properties: dict[str, object]) -> None:
    text = repr(wire.to_json(properties))
    assert wire.SIGNATURE_KEY not in text
    assert wire.UNKNOWN_SENTINEL not in text
    assert "Secret(" not in text


def test_json_says_what_is_unknown_and_what_is_secret() -> None:
    value = {"a": [UNKNOWN, wire.Secret("hunter2")], "b": wire.OutputValue(3), "n": 2.0}
    assert wire.to_json(value) == {"a": [{"$unknown": True}, {"$secret": True}], "b": 3, "n": 2.0}
    assert "hunter2" not in repr(value)
    assert wire.plain(value) == {"a": [UNKNOWN, "hunter2"], "b": 3, "n": 2.0}
    assert wire.contains_secret(value)
    assert not wire.contains_secret(wire.plain(value))


@pytest.mark.parametrize("value", [wire.OutputValue("x", ("urn",)), wire.ResourceReference("urn", "x"), "x"])
def test_wrappers_are_flattened(value: object) -> None:
    assert wire.transform([value], wire.flat) == ["x"]


def test_a_secret_output_stays_secret_when_flattened() -> None:
    assert wire.flat(wire.OutputValue("x", (), secret=True)) == wire.Secret("x")
    assert wire.flat(wire.ResourceReference("urn")) == "urn"
    assert wire.flat(wire.ResourceReference("urn", UNKNOWN)) is UNKNOWN


def test_a_urn_has_the_types_of_its_ancestors_but_not_the_stack() -> None:
    stack = urns.make("dev", "demo", "", urns.STACK_TYPE, "demo-dev")
    group = urns.make("dev", "demo", stack, "demo:index:Group", "g")
    child = urns.make("dev", "demo", group, "aws:ec2/vpc:Vpc", "a::b")
    assert child == "urn:pulumi:dev::demo::demo:index:Group$aws:ec2/vpc:Vpc::a::b"
    assert urns.type_of(child) == "aws:ec2/vpc:Vpc"
    assert urns.name_of(child) == "a::b"
    assert urns.package_of("pulumi:providers:aws") == urns.package_of("aws:ec2/getVpc:getVpc") == "aws"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("just\n so", "just so"),
        (
            'Traceback (most recent call last):\n  File "/p/a.py", line 3, in <module>\n    f()\n'
            '  File "/v/site-packages/x.py", line 9, in f\n    raise E\nx.E: one\ntwo\n',
            "a.py:3: x.E: one two",
        ),
        (
            'Traceback (most recent call last):\n  File "/p/a.py", line 3, in f\n    g()\nKeyError: 1\n\n'
            "During handling of the above exception, another exception occurred:\n\n"
            'Traceback (most recent call last):\n  File "/p/b.py", line 7, in f\n    h()\nOSError: 2\n',
            "b.py:7: OSError: 2",
        ),
        (
            'Traceback (most recent call last):\n  File "/p/a.py", line 3, in f\n    g()\nKeyError: 1\n\n'
            "The above exception was the direct cause of the following exception:\n\n"
            'Traceback (most recent call last):\n  File "/p/b.py", line 7, in f\n    h()\nOSError: 2\n\n'
            "The above exception was the direct cause of the following exception:\n\n"
            'Traceback (most recent call last):\n  File "/p/c.py", line 9, in f\n    h()\nValueError: 3\n',
            "a.py:3: KeyError: 1, which led to c.py:9: ValueError: 3",
        ),
        ('  File "/elsewhere/c.py", line 1\n    x = = 1\n        ^\nSyntaxError: bad', "SyntaxError: bad"),
        (
            'Invoke callback 1-2 error: no such tag:\n  File "/p/a.py", line 5, in t\n    raise E\n',
            "a.py:5: no such tag",
        ),
    ],
)
def test_a_traceback_becomes_one_line(text: str, line: str) -> None:
    assert tracebacks.one_line(text, Path("/p")) == line


def _registry(*, exists: bool) -> Registry:
    """A component that holds another, which holds one resource."""
    registry = Registry()
    for urn, parent in (("outer", ""), ("inner", "outer"), ("resource", "inner"), ("beneath", "resource")):
        registry.reserve(urn, parent)
        custom = urn in ("resource", "beneath")
        registry.settle(urn, custom=custom, exists=exists or urn == "resource")
    return registry


@pytest.mark.parametrize("root", ["outer", "inner", "resource", "nowhere"])
def test_a_component_waits_for_what_it_holds_alone(root: str) -> None:
    assert not _registry(exists=False).has_pending([root])


def test_what_does_not_exist_yet_is_pending() -> None:
    registry = Registry()
    registry.reserve("group", "")
    registry.reserve("resource", "group")
    registry.settle("group", custom=False, exists=False)
    assert not registry.has_pending(["group"])
    registry.settle("resource", custom=True, exists=False)
    assert registry.has_pending(["group"])
    assert registry.has_pending(["resource"])


def test_what_is_on_its_way_is_waited_for() -> None:
    registry = Registry()
    registry.reserve("group", "")
    registry.reserve("resource", "group")
    registry.settle("group", custom=False, exists=False)
    found: list[bool] = []
    waiting = threading.Thread(target=lambda: found.append(registry.has_pending(["group"])))
    with registry.registering("group"):
        waiting.start()
        waiting.join(0.2)
        assert waiting.is_alive()
        registry.settle("resource", custom=True, exists=False)
    waiting.join(10)
    assert found == [True]


class _Servicer:
    """A provider that says which connection it is called over, refuses, or fails."""

    def Read(self, request: str, context: grpc.ServicerContext) -> str:
        return f"{request} over {context.peer()}"

    def Delete(self, request: str, context: grpc.ServicerContext) -> None:
        context.abort(grpc.StatusCode.UNIMPLEMENTED, f"no {request}")

    def Create(self, request: str, context: grpc.ServicerContext) -> None:
        del context
        raise KeyError(request)


def test_a_service_of_this_process_answers() -> None:
    assert LocalStub(_Servicer(), "urn:a").Read("this") == "this over urn:a"


def test_a_service_of_this_process_refuses_as_over_grpc() -> None:
    with pytest.raises(grpc.RpcError) as refused:
        LocalStub(_Servicer(), "urn:a").Delete("deletion")
    assert channels.is_unimplemented(refused.value)
    assert not channels.is_unhandled(refused.value)
    assert channels.said(refused.value) == "no deletion"


def test_a_service_of_this_process_fails_as_over_grpc() -> None:
    with pytest.raises(grpc.RpcError) as failed:
        LocalStub(_Servicer(), "urn:a").Create("cidrBlock")
    assert channels.is_unhandled(failed.value)
    assert channels.said(failed.value) == "'cidrBlock'"


def test_debug_messages_are_not_sent() -> None:
    sent: list[engine_pb2.LogRequest] = []
    engine = EngineWithoutDebug(SimpleNamespace(Log=sent.append, SetRootResource="passed on"))
    messages = [
        engine_pb2.LogRequest(severity=severity, message="hello")
        for severity in (engine_pb2.DEBUG, engine_pb2.INFO, engine_pb2.WARNING, engine_pb2.ERROR)
    ]
    for message in messages:
        engine.Log(message)
    assert sent == messages[1:]
    assert engine.SetRootResource == "passed on"
