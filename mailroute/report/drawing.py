"""A VPC as an SVG: its gateways above, its subnets below, and which subnet leaves by which gateway."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from . import labels
from .markup import element

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from xml.etree.ElementTree import Element

    from .model import ShownGateway, ShownSubnet, ShownVpc

_WIDTH, _MARGIN, _GAP = 960, 16, 12
_COLUMNS: Final = 4
_BOX: Final = (_WIDTH - 2 * _MARGIN - (_COLUMNS - 1) * _GAP) // _COLUMNS
_GATEWAY_HEIGHT, _SUBNET_HEIGHT, _TITLE = 56, 110, 44
_BETWEEN: Final = 48
_LETTERS: Final = 28
NO_ROUTE: Final = "no route out"
MOST: Final = 24
"""Subnets that are drawn; the table beneath has all."""


def draw(vpc: ShownVpc, passed: Collection[str], broken: Collection[str], name: str) -> Element:
    """The picture of `vpc`.

    Args:
        passed: the keys of what a path that works passes.
        broken: the keys of what stands in the way of one that does not.
        name: an id that no other picture has.
    """
    gateways = {gateway.key: (gateway, _place(index, 0)) for index, gateway in enumerate(vpc.gateways)}
    below = _TITLE + _rows(len(gateways)) * (_GATEWAY_HEIGHT + _GAP) + _BETWEEN
    subnets = [(subnet, _place(index, below)) for index, subnet in enumerate(vpc.subnets[:MOST])]
    height = below + _rows(len(subnets)) * (_SUBNET_HEIGHT + _GAP) + _MARGIN
    title = f"VPC {vpc.name}"
    words = f"{len(vpc.subnets)} subnets and {len(vpc.gateways)} gateways; the table below says the same."
    return element(
        "svg",
        element("title", title, id=f"{name}-title"),
        element("desc", words, id=f"{name}-words"),
        element("rect", class_="vpc", x=2, y=2, width=_WIDTH - 4, height=height - 4, rx=8),
        element("text", f"{title}  {vpc.cidr}", x=_MARGIN, y=28),
        list(_lines(subnets, gateways)),
        [_gateway(gateway, x, _TITLE + y, passed, broken) for gateway, (x, y) in gateways.values()],
        [_subnet(subnet, x, y, passed, broken) for subnet, (x, y) in subnets],
        viewBox=f"0 0 {_WIDTH} {height}",
        role="img",
        aria_labelledby=f"{name}-title {name}-words",
    )


def _rows(count: int) -> int:
    return -(-count // _COLUMNS)


def _place(index: int, top: int) -> tuple[int, int]:
    height = _SUBNET_HEIGHT if top else _GATEWAY_HEIGHT
    row, column = divmod(index, _COLUMNS)
    return _MARGIN + column * (_BOX + _GAP), top + row * (height + _GAP)


def _lines(
    subnets: list[tuple[ShownSubnet, tuple[int, int]]],
    gateways: dict[str, tuple[ShownGateway, tuple[int, int]]],
) -> Iterator[Element]:
    """From each gateway to the subnets that leave by it; between the boxes to those of a lower row."""
    first = min((y for _, (_, y) in subnets), default=0)
    for subnet, (x, y) in subnets:
        for target in subnet.targets:
            if target not in gateways:
                continue
            _, (gx, gy) = gateways[target]
            start, end = (gx + _BOX // 2, _TITLE + gy + _GATEWAY_HEIGHT), (x + _BOX // 2, y)
            around = f"L {x - _GAP // 2} {first - _GAP} V {y - _GAP // 2} H {end[0]} " if y > first else ""
            yield element("path", d=f"M {start[0]} {start[1]} {around}L {end[0]} {end[1]}")


def _gateway(
    gateway: ShownGateway, x: int, y: int, passed: Collection[str], broken: Collection[str]
) -> Element:
    return _box(x, y, _GATEWAY_HEIGHT, _state(gateway.key, passed, broken), gateway.kind, gateway.name)


def _subnet(subnet: ShownSubnet, x: int, y: int, passed: Collection[str], broken: Collection[str]) -> Element:
    texts = [subnet.name, subnet.cidr, subnet.zone, f"table {subnet.table}"]
    if not subnet.targets:
        texts.append(NO_ROUTE)
    state = "broken" if subnet.table_key in broken else _state(subnet.key, passed, broken)
    return _box(x, y, _SUBNET_HEIGHT, state, *texts)


def _state(key: str, passed: Collection[str], broken: Collection[str]) -> str:
    return "broken" if key in broken else "on" if key in passed else "off"


def _box(x: int, y: int, height: int, state: str, *texts: str) -> Element:
    lines = (
        element("text", _short(text), x=x + 10, y=y + 22 + 18 * index, class_="quiet" if index else "name")
        for index, text in enumerate(texts)
    )
    return element(
        "g",
        element("title", ", ".join(texts)),
        element("rect", class_=state, x=x, y=y, width=_BOX, height=height, rx=4),
        list(lines),
    )


def _short(text: str) -> str:
    text = labels.text(text)
    return text if len(text) <= _LETTERS else text[: _LETTERS - 1] + "…"
