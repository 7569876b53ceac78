"""Elements of HTML and SVG: every text in them is cleaned, and escaped where they are written."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, tostring

from . import labels

if TYPE_CHECKING:
    from collections.abc import Iterable

Part = Element | str | None


def element(tag: str, *parts: Part | Iterable[Part], **attributes: object) -> Element:
    """An element with `parts` inside; `class_` stands for the attribute `class`, `_` in a name for `-`."""
    named = {name.rstrip("_").replace("_", "-"): labels.text(value) for name, value in attributes.items()}
    made = Element(tag, named)
    for part in _flat(parts):
        _append(made, part)
    return made


def written(root: Element) -> str:
    """An element as HTML."""
    return tostring(root, encoding="unicode", method="html")


def _flat(parts: Iterable[Part | Iterable[Part]]) -> Iterable[Element | str]:
    for part in parts:
        if isinstance(part, (str, Element)):
            yield part
        elif part is not None:
            yield from _flat(part)


def _append(parent: Element, part: Element | str) -> None:
    if isinstance(part, Element):
        parent.append(part)
        return
    text = "\n".join(line if line.isspace() else _keep_ends(line) for line in part.split("\n"))
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text


def _keep_ends(line: str) -> str:
    """`line` cleaned, with the spaces around it, which part it from its neighbours."""
    before, after = line[:1] == " ", line[-1:] == " "
    return f"{' ' if before else ''}{labels.text(line)}{' ' if after else ''}"
