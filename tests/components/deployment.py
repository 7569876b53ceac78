"""A stack over a simulated account, updated in this process as the engine does, every write recorded.

The provider is the rehearsal's own, and the account refuses what AWS refuses. The engine creates and updates
in the order in which the program registers, creates a replacement before it deletes what is replaced, and
deletes last, users before what they use; where the program or AWS fails, it deletes nothing.
"""

from __future__ import annotations

import json
import logging
import runpy
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from pulumi.runtime import mocks
from pulumi.runtime.proto import resource_pb2

from mailroute import wire
from mailroute.rehearsal.account import AwsError, AwsResource, kind_of
from mailroute.rehearsal.project import Project
from mailroute.rehearsal.provider.changes import changes, computed_inputs, deletes_first
from mailroute.rehearsal.provider.inputs import Autoname, checked, failures
from mailroute.rehearsal.provider.invokes import InvokeError, answer
from mailroute.rehearsal.provider.resources import Resources, class_of
from mailroute.rehearsal.provider.settings import Settings
from mailroute.rehearsal.shared import urns
from tests.components.programs import RefusedError, run_program
from tests.provider.deploying import DeployingAccount

# Of a program that fails, asyncio tells every output that nobody waited for, whenever it is collected.
logging.getLogger("asyncio").setLevel(logging.CRITICAL)

REPOSITORY = Path(__file__).resolve().parents[2]
SERVICE = "aws:apprunner/service:Service"

Live = dict[tuple[str, str], AwsResource]
"""What an account holds at one instant, by type and id."""


class RecordedAccount(DeployingAccount):
    """An account that notes what each write changes."""

    def __init__(self, document: Mapping[str, Any], *, whole: bool = False) -> None:
        self.changed: list[AwsResource | tuple[str, str]] = []
        super().__init__(document, whole=whole)
        self.changed.clear()

    def put(self, resource: AwsResource) -> None:
        super().put(resource)
        self.changed.append(resource)

    def remove(self, type_: str, identity: str) -> None:
        before = {(each.type, each.id) for each in self.all()}
        super().remove(type_, identity)
        self.changed.extend(sorted(before - {(each.type, each.id) for each in self.all()}))

    def live(self) -> Live:
        return {(each.type, each.id): each for each in self.all()}


@dataclass(frozen=True)
class Write:
    """One write of the provider.

    Attributes:
        urn: the resource.
        operation: `create`, `update`, `replace` or `delete`.
        needs: the URNs that have to be written before.
        changed: what it puts into the account, and the type and id of what it takes away.
    """

    urn: str
    operation: str
    needs: frozenset[str]
    changed: tuple[AwsResource | tuple[str, str], ...]

    @property
    def type(self) -> str:
        return urns.type_of(self.urn)

    def apply(self, live: Live) -> None:
        for change in self.changed:
            if isinstance(change, AwsResource):
                live[change.type, change.id] = change
            else:
                live.pop(change, None)


@dataclass(frozen=True)
class State:
    """What the engine knows of a resource."""

    urn: str
    id: str
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    needs: frozenset[str]
    protect: bool = False
    retain: bool = False


@dataclass(frozen=True)
class Update:
    """What an update did.

    Attributes:
        before: what the account held before it.
        writes: those of creations and changes first, those of deletions after them.
        error: why it failed, if it did.
    """

    before: Live
    writes: tuple[Write, ...]
    error: BaseException | None

    def instants(self, pick: Callable[[list[Write]], Write] | None = None) -> Iterator[tuple[Write, Live]]:
        """The account after every write, in the order that it had, or that `pick` chooses."""
        live = dict(self.before)
        for write in self.writes if pick is None else self._ordered(pick):
            write.apply(live)
            yield write, live

    def _ordered(self, pick: Callable[[list[Write]], Write]) -> Iterator[Write]:
        waiting = [write for write in self.writes if write.operation != "delete"]
        while waiting:
            unwritten = {write.urn for write in waiting}
            write = pick([write for write in waiting if not write.needs & unwritten - {write.urn}])
            waiting.remove(write)
            yield write
        gone = [write for write in self.writes if write.operation == "delete"]
        while gone:
            needed = {need for write in gone for need in write.needs - {write.urn}}
            write = pick([write for write in gone if write.urn not in needed])
            gone.remove(write)
            yield write


@dataclass
class Stack:
    """A stack of this repository's program, and its account."""

    account: RecordedAccount
    config: dict[str, str]
    state: dict[str, State] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, name: str, **config: Any) -> Stack:
        """The stack `name` in its account; a service that is there already has been imported."""
        file = REPOSITORY / "accounts" / f"{name}.json"
        account = RecordedAccount.load(file) if file.exists() else RecordedAccount.empty("us-east-1")
        stack = cls(account, dict(_config(name)))
        stack.configure(**config)
        for service in account.of(SERVICE):
            stack.adopt(f"mailroute:index:AppRunnerService${SERVICE}", "service", service)
        return stack

    def configure(self, **config: Any) -> None:
        for key, value in config.items():
            self.config[f"mailroute:{key}"] = value if isinstance(value, str) else json.dumps(value)

    def adopt(self, qualified_type: str, name: str, found: AwsResource) -> None:
        """What `pulumi import` does."""
        urn = f"urn:pulumi:test::mailroute::{qualified_type}::{name}"
        read = Resources(self.account, lambda _urn, _warning: None).read(urn, found.id, {}, {})
        assert read is not None
        self.state[urn] = State(urn, found.id, read.inputs, read.outputs, frozenset())

    def up(self, **config: Any) -> Update:
        """Update the stack; a failure is what the update says."""
        self.configure(**config)
        engine = _Engine(self)
        before = self.account.live()
        error: BaseException | None = None
        try:
            run_program(_program, engine, self.config)
        except Exception as failure:
            error = failure
        engine.end()
        try:
            if error is None:
                engine.delete_what_is_gone()
        except ProtectedError as failure:
            error = failure
        return Update(before, tuple(engine.writes), error)


def _program() -> None:
    runpy.run_path(str(REPOSITORY / "__main__.py"), run_name="__main__")


@cache
def _config(name: str) -> Mapping[str, str]:
    return dict(Project.load(REPOSITORY, name).config)


class _Engine(mocks.MockMonitor):
    def __init__(self, stack: Stack) -> None:
        super().__init__(_Unused())
        self.writes: list[Write] = []
        self._stack = stack
        self._account = stack.account
        self._settings = Settings.read({"region": "us-east-1"}, stack.account)
        self._resources = Resources(stack.account, lambda _urn, _warning: None)
        self._registered: set[str] = set()
        self._replaced: list[State] = []
        self._one_at_a_time = threading.Lock()
        self._over = False

    def Invoke(self, request: Any) -> Any:  # noqa: N802 (the protocol's name)
        try:
            result = answer(request.tok, wire.plain(wire.decode(request.args)), self._account, self._settings)
        except (InvokeError, AwsError) as error:
            raise RefusedError(f"invoking {request.tok}: {error}") from None
        return resource_pb2.ResourceInvokeResponse(**{"return": wire.encode(result)})

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802 (the protocol's name)
        if request.urn.split("::")[2] == "pulumi:pulumi:Stack":
            self._stack.outputs = wire.decode(request.outputs)
        return super().RegisterResourceOutputs(request)  # type: ignore[no-untyped-call]

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 (the protocol's name)
        urn = self.make_urn(request.parent, request.type, request.name)
        if not request.custom:
            return resource_pb2.RegisterResourceResponse(urn=urn)
        needs = frozenset(request.dependencies) - {urn}
        with self._one_at_a_time:
            assert not self._over, f"{urn} is registered after the program has failed"
            assert urn not in self._registered, f"{urn} is registered twice"
            self._registered.add(urn)
            given = wire.decode(request.object)
            names = [alias.spec.name for alias in request.aliases if alias.spec.name]
            self._rename(urn, [self.make_urn(request.parent, request.type, name) for name in names])
            old = self._stack.state.get(urn)
            if old is not None:
                given = left(given, old.inputs, request.ignoreChanges)
            state = self._written(
                urn, given, needs, bool(request.deleteBeforeReplace), frozenset(request.replaceOnChanges)
            )
            self._stack.state[urn] = replace(state, protect=request.protect, retain=request.retainOnDelete)
        return resource_pb2.RegisterResourceResponse(urn=urn, id=state.id, object=wire.encode(state.outputs))

    def _rename(self, urn: str, aliases: Iterable[str]) -> None:
        """Take the state that a resource has under an alias for its own, where it has none."""
        state = self._stack.state
        former = next((alias for alias in aliases if alias in state), None)
        if urn not in state and former is not None:
            state[urn] = replace(state.pop(former), urn=urn)

    def _written(
        self,
        urn: str,
        given: Mapping[str, Any],
        needs: frozenset[str],
        delete_first: bool,
        replaced_by: frozenset[str],
    ) -> State:
        resource, kind = class_of(urns.type_of(urn)), kind_of(urns.type_of(urn))
        old = self._stack.state.get(urn)
        inputs = self._checked(urn, given, old.inputs if old else {})
        if old is None:
            return self._created(urn, inputs, needs, "create")
        found = list(changes(kind, old.inputs, inputs, (), computed_inputs(resource, kind), old.outputs))
        if not found:
            return State(urn, old.id, inputs, old.outputs, needs)
        if any(change.replaces or change.name in replaced_by for change in found):
            _refuse_if_protected(old, "replace")
            inputs = self._checked(urn, given, {})
            if delete_first or deletes_first(resource, old.inputs, inputs):
                self._delete(old)
            else:
                self._replaced.append(old)
            return self._created(urn, inputs, needs, "replace")
        outputs = self._resources.update(urn, old.id, old.outputs, inputs, self._settings, preview=False)
        self._note(urn, "update", needs)
        return State(urn, old.id, inputs, outputs, needs)

    def _checked(self, urn: str, given: Mapping[str, Any], olds: Mapping[str, Any]) -> dict[str, Any]:
        resource, kind = class_of(urns.type_of(urn)), kind_of(urns.type_of(urn))
        generation = self._account.generation(urn)
        inputs = checked(resource, kind, self._settings, urn, given, olds, Autoname(), generation)
        for name, reason in failures(resource, kind, inputs):
            raise RefusedError(f"{urn.rpartition('::')[2]}: property {name}: {reason}")
        return inputs

    def _created(self, urn: str, inputs: Mapping[str, Any], needs: frozenset[str], operation: str) -> State:
        identity, outputs = self._resources.create(urn, inputs, self._settings, preview=False)
        self._note(urn, operation, needs)
        return State(urn, identity, inputs, outputs, needs)

    def end(self) -> None:
        """Take no more registrations: those of a program that has failed run on for a while."""
        with self._one_at_a_time:
            self._over = True

    def delete_what_is_gone(self) -> None:
        """Delete what was replaced and what the program no longer has, users before what they use."""
        state = self._stack.state
        for urn in state.keys() - self._registered:
            _refuse_if_protected(state[urn], "delete")
        gone = [*self._replaced, *(state.pop(urn) for urn in [*state] if urn not in self._registered)]
        while gone:
            needed = {need for each in gone for need in each.needs - {each.urn}}
            each = next(each for each in gone if each.urn not in needed)
            gone.remove(each)
            self._delete(each)

    def _delete(self, state: State) -> None:
        if state.retain:
            return
        self._resources.delete(state.urn, state.id)
        self._note(state.urn, "delete", state.needs)

    def _note(self, urn: str, operation: str, needs: frozenset[str]) -> None:
        self.writes.append(Write(urn, operation, needs, tuple(self._account.changed)))
        self._account.changed.clear()


def left(given: Mapping[str, Any], olds: Mapping[str, Any], ignored: Iterable[str]) -> dict[str, Any]:
    """The program's inputs with those of before at each path of `ignoreChanges`, as the engine has it.

    Where the way to a path is missing on one side, there is nothing to reset, since Pulumi 3.190 without an
    error ("Don't error for missing old paths in ignoreChanges", pulumi/pulumi 20278). Seen with 3.260: what
    only the last step lacks is taken away.
    """
    kept = deepcopy(dict(given))
    for path in ignored:
        *way, last = path.split(".")
        new: Any = kept
        old: Any = olds
        for depth, name in enumerate(way):
            on_the_way = depth < len(way) - 1
            new, old = new.get(name), old.get(name)
            if new is None or (old is None and on_the_way):
                break
            old = old or {}
        else:
            if last in old:
                new[last] = old[last]
            else:
                new.pop(last, None)
    return kept


class ProtectedError(Exception):
    """The engine refuses to delete or replace a protected resource, already in the preview."""


def _refuse_if_protected(state: State, operation: str) -> None:
    if state.protect:
        raise ProtectedError(f"unable to {operation} resource {state.urn}: it is protected")


class _Unused(mocks.Mocks):
    def call(self, args: mocks.MockCallArgs) -> Any:
        raise AssertionError(args.token)

    def new_resource(self, args: mocks.MockResourceArgs) -> Any:
        raise AssertionError(args.typ)
