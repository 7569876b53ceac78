"""What a rehearsal shows while it works: a live tree on a terminal, how much was done elsewhere.

Names only: texts of the program and of its policies may hold secrets, and wait for the report.
"""

from __future__ import annotations

from contextlib import contextmanager
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
        lines = _Lines(title)
        yield lines.show
        lines.end()
        return
    from rich.console import Console
    from rich.live import Live

    console = Console(
        stderr=True,
        color_system="auto" if colour else None,
        highlight=False,
        markup=False,
        emoji=False,
    )
    tree = LiveTree(title, console)
    with Live(
        get_renderable=tree.render, console=console, transient=True, refresh_per_second=_FRAMES_PER_SECOND
    ):
        yield tree.show


class _Lines:
    """A line when it starts and one at the end: what there is, the report names."""

    def __init__(self, title: str) -> None:
        self._known: set[str] = set()
        self._done: set[str] = set()
        say(title)

    def show(self, event: Event) -> None:
        if isinstance(event, Registered):
            self._known.add(event.urn)
        elif isinstance(event, Completed):
            self._done.add(event.urn)

    def end(self) -> None:
        say(f"mailroute: {len(self._done)} of {labels.count(len(self._known), 'resource')} done")


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
