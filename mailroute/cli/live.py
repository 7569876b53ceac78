"""What a rehearsal shows while it works: a live tree on a terminal, how much was done elsewhere.

Names only: texts of the program and of its policies may hold secrets, and wait for the report.
"""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Final

from mailroute.rehearsal.result import Completed, Registered
from mailroute.report import labels

from .output import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import Console
    from rich.tree import Tree

    from mailroute.rehearsal.result import Event

_FRAMES_PER_SECOND: Final = 8
_LINES_LEFT_FREE: Final = 3


@contextmanager
def progress(title: str, *, terminal: bool, colour: bool) -> Iterator[Callable[[Event], None]]:
    """A function to give events to, which shows them on standard error while the context lasts."""
    if not terminal:
        say(title)
        count = _Count()
        yield count.show
        say(f"mailroute: {count}")
        return
    console = _console(colour=colour)
    tree = LiveTree(title, console)
    with _live(tree.render, console):
        yield tree.show


def _console(*, colour: bool) -> Console:
    from rich.console import Console

    return Console(
        stderr=True,
        color_system="auto" if colour else None,
        highlight=False,
        markup=False,
        emoji=False,
    )


def _live(render: Callable[[], Tree], console: Console) -> AbstractContextManager[object]:
    from rich.live import Live

    return Live(get_renderable=render, console=console, transient=True, refresh_per_second=_FRAMES_PER_SECOND)


class Several:
    """How far several rehearsals are that run side by side, each by its name.

    Attributes:
        total: how many there are, as far as that is known.
    """

    def __init__(self, title: str, total: int) -> None:
        self.total = total
        self._title = title
        self._ended = 0
        self._running: dict[str, _Count] = {}
        self._lock = threading.Lock()
        self._says = True

    @contextmanager
    def shown(self, *, terminal: bool, colour: bool) -> Iterator[None]:
        """Show it on standard error while the context lasts."""
        self._says = not terminal
        if not terminal:
            say(self._title)
            yield
            return
        with _live(self.render, _console(colour=colour)):
            yield

    @contextmanager
    def watch(self, name: str) -> Iterator[Callable[[Event], None]]:
        """A function to give the events of the rehearsal `name` to."""
        count = self._running[name] = _Count()
        try:
            yield count.show
        finally:
            self._running.pop(name)

    def end(self, name: str) -> None:
        """Say that `name` has ended; what it has come to, the report says."""
        with self._lock:
            self._ended += 1
            if self._says:
                say(f"mailroute: {self._ended} of {self.total} done: {labels.text(name)}")

    def render(self) -> Tree:
        """A line for each that runs."""
        from rich.text import Text
        from rich.tree import Tree

        root = Tree(Text(f"{self._title}  {self._ended} of {self.total}"))
        for name, count in tuple(self._running.items()):
            root.add(Text.assemble(("… ", "yellow"), labels.text(name), (f"  {count}", "dim")))
        return root


class _Count:
    """How many resources there are, and how many are done."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._done: set[str] = set()

    def show(self, event: Event) -> None:
        if isinstance(event, Registered):
            self._known.add(event.urn)
        elif isinstance(event, Completed):
            self._done.add(event.urn)

    def __str__(self) -> str:
        return f"{len(self._done)} of {labels.count(len(self._known), 'resource')} done"


class LiveTree:
    """The components with how much of each is done, and the resources that are being worked on."""

    def __init__(self, title: str, console: Console) -> None:
        self._title = title
        self._console = console
        self._known: dict[str, Registered] = {}
        self._done: set[str] = set()

    def show(self, event: Event) -> None:
        if isinstance(event, Registered):
            self._known[event.urn] = event
        elif isinstance(event, Completed):
            self._done.add(event.urn)

    def render(self) -> Tree:
        """The tree as it stands, never higher than the terminal."""
        from rich.text import Text
        from rich.tree import Tree

        known = list(self._known.values())
        parents = {entry.parent for entry in known}
        root = Tree(Text(f"{self._title}  {len(self._done)} of {len(known)}"))
        branches: dict[str | None, Tree] = {}
        room = max(1, self._console.height - _LINES_LEFT_FREE)
        hidden = 0
        for entry in known:
            if entry.urn in self._done and entry.urn not in parents:
                continue
            if room == 0:
                hidden += 1
                continue
            room -= 1
            branch = branches.get(entry.parent, root)
            done = entry.urn in self._done
            label = Text.assemble(
                ("✔ " if done else "… ", "green" if done else "yellow"),
                labels.text(entry.name),
                (f"  {labels.type_name(entry.type)}", "dim"),
            )
            branches[entry.urn] = branch.add(label)
        if hidden:
            root.add(Text(f"… {hidden} more"))
        return root
