"""Run a Pulumi program: what Pulumi's language host starts for each preview and update.

It runs in the program's own environment, which need not have mailroute: it imports nothing of it. The
program's settings come as arguments, its config through the environment, as Pulumi itself passes them.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import inspect
import logging
import os
import runpy
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

GARBAGE_THRESHOLD = 200_000
"""New objects between two searches for garbage. What imports and registrations make lives until the end: with
Python's own threshold of 700 a sixth of the program's time goes into searches that find nothing."""

COMPLETE = 96
"""The status of a program that has come to its end: with 0 ends one that leaves by itself, wherever it is."""


class EngineWithoutDebug:
    """The engine without the SDK's debug messages: a rehearsal shows none, and each would be a round trip."""

    def __init__(self, stub: Any) -> None:
        self._stub = stub

    def __getattr__(self, method: str) -> Any:
        return getattr(self._stub, method)

    def Log(self, request: Any) -> None:
        if request.severity:  # DEBUG is 0
            self._stub.Log(request)


def main() -> int:
    gc.set_threshold(GARBAGE_THRESHOLD)
    parser = argparse.ArgumentParser()
    for option in ("monitor", "engine", "project", "stack", "organization", "root_directory"):
        parser.add_argument(f"--{option}", required=True)
    parser.add_argument("--parallel", type=int, required=True)
    parser.add_argument("--dry_run", action="store_true")
    parser.add_argument("program")
    arguments = vars(parser.parse_args())
    program = arguments.pop("program")

    # Not the directory of this file: a program's `import x` must find its own. What stands beside a program
    # that is one file is not found, as with Pulumi's language host.
    sys.path[:1] = [os.getcwd()] if os.path.isdir(program) else []  # noqa: PTH109, PTH112
    sys.argv = [program]
    try:
        import pulumi
        import pulumi.runtime
    except ImportError as error:
        sys.stderr.write(f"{sys.executable} cannot import the Pulumi SDK: {error}\n")
        return 1

    pulumi.runtime.set_all_config(
        pulumi.runtime.get_config_env(), pulumi.runtime.get_config_secret_keys_env()
    )
    # An older SDK takes fewer of these.
    known = inspect.signature(pulumi.runtime.Settings).parameters
    settings: Any = pulumi.runtime.Settings(**{name: arguments[name] for name in arguments if name in known})
    settings.engine = EngineWithoutDebug(settings.engine)
    pulumi.runtime.configure(settings)
    # A failed run leaves futures behind that nobody awaits any more; nobody needs to read that.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    origins = Origins()
    loop.set_task_factory(origins.new_task)
    # The SDK waits for the engine in threads: as many as the engine answers at once.
    with ThreadPoolExecutor(max_workers=4 * arguments["parallel"]) as executor:
        loop.set_default_executor(executor)
        whole = loop.create_task(pulumi.runtime.run_in_stack(lambda: run(program, settings)))
        try:
            loop.run_until_complete(whole)
        except SystemExit as error:
            # What the program has begun is waited for where itself exits, and not where an apply does.
            if error.code in (None, 0) and whole.done():
                return COMPLETE
            if error.code == COMPLETE:
                return 1
            raise
        except pulumi.RunError as error:
            message = str(error)
            if isinstance(error, pulumi.ConfigMissingError):
                engine, settings.monitor, settings.engine = settings.engine, None, None
                message = all_missing(program, error)
                settings.engine = engine
            pulumi.log.error(message)
            return 1
        except Exception as error:
            pulumi.log.error("".join(traceback.format_exception(origins.restored(error))))
            return 1
    return COMPLETE


class Origins:
    """Where each error was raised: its traceback changes with each further task that awaits it."""

    def __init__(self) -> None:
        self._tracebacks: dict[int, tuple[BaseException, TracebackType | None]] = {}

    def new_task(self, loop: Any, coroutine: Any, **options: Any) -> asyncio.Task[Any]:
        task: asyncio.Task[Any] = asyncio.Task(coroutine, loop=loop, **options)
        task.add_done_callback(self._note)  # the first callback, before those of whoever awaits it
        return task

    def _note(self, task: asyncio.Task[Any]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._tracebacks.setdefault(id(error), (error, error.__traceback__))

    def restored(self, error: BaseException) -> BaseException:
        """`error` with the traceback that it had when it was raised."""
        known = self._tracebacks.get(id(error))
        return error.with_traceback(known[1]) if known else error


def run(program: str, settings: Any) -> None:
    # The SDK tells where a resource is registered by absolute paths alone.
    runpy.run_path(os.path.abspath(program), run_name="__main__")  # noqa: PTH100
    outputs = getattr(settings, "outputs", None)  # An older SDK keeps none.
    if outputs and isinstance(outputs, set):
        # The SDK waits on all of these anew whenever one resolves, which is quadratic: it gets one for all.
        together = asyncio.ensure_future(settle(list(outputs)))
        outputs.clear()
        outputs.add(together)


def all_missing(program: str, first: Any) -> str:
    """What to say of `first`, and of the keys that the program would ask for after it in vain.

    It runs once more, without an engine and unheard, with made-up values for what is not there, until it ends
    or fails. That is as far as it can be made to say what it requires.
    """
    import pulumi

    keys = {first.key: None}

    def asking(require: Callable[..., Any], stand_in: Any, *, secret: bool) -> Callable[..., Any]:
        def ask(config: Any, key: str, *arguments: Any) -> Any:
            try:
                return require(config, key, *arguments)
            except pulumi.ConfigMissingError as missing:
                keys[missing.key] = None
                return pulumi.Output.secret(stand_in) if secret else stand_in

        return ask

    for kind, stand_in in (("", "made-up"), ("_bool", False), ("_int", 1), ("_float", 1.0), ("_object", {})):
        for secret in (False, True):
            name = f"require{'_secret' if secret else ''}{kind}"
            setattr(pulumi.Config, name, asking(getattr(pulumi.Config, name), stand_in, secret=secret))
    with (
        contextlib.suppress(BaseException),
        open(os.devnull, "w") as nowhere,  # noqa: PTH123
        contextlib.redirect_stdout(nowhere),
        contextlib.redirect_stderr(nowhere),
    ):
        runpy.run_path(program, run_name="__main__")
    if len(keys) == 1:
        return str(first)
    return (
        f"Missing required configuration variables {', '.join(map(repr, keys))}: "
        "please set each using the command `pulumi config set <key> <value>`, or --config KEY=VALUE"
    )


async def settle(outputs: Sequence[asyncio.Task[Any]]) -> None:
    """Wait until every output has resolved, or raise what the first to fail has failed with."""
    failures: list[BaseException] = []

    def note(output: asyncio.Task[Any]) -> None:
        error = asyncio.CancelledError() if output.cancelled() else output.exception()
        if error is not None:
            failures.append(error)

    for output in outputs:
        output.add_done_callback(note)
    await asyncio.wait(outputs, return_when=asyncio.FIRST_EXCEPTION)
    if failures:
        raise failures[0]


if __name__ == "__main__":
    status = main()
    gc.freeze()  # Python would search all that the program has imported for garbage once more, before it ends
    sys.exit(status)
