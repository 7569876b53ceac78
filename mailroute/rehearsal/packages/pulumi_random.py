"""`random`: the values that a program draws, the same in every rehearsal.

Source: Pulumi Registry, "Random", the pages of its resources.
"""

from __future__ import annotations

import base64
import string
import uuid
from typing import TYPE_CHECKING, Any, Final

from mailroute.wire import Secret

from .package import Package

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .package import Creation

_SPECIAL: Final = "!@#$%&*()-_=+[]{}<>:?"
_ADVERBS: Final = ("widely", "boldly", "calmly", "duly", "early", "fairly", "gladly", "humbly")
_ADJECTIVES: Final = ("able", "bold", "calm", "deep", "eager", "fair", "glad", "happy")
_NAMES: Final = ("ant", "bear", "crow", "deer", "eel", "fox", "gnu", "hare")


def _drawn(creation: Creation, purpose: str, choices: Sequence[str]) -> str:
    return choices[creation.number(purpose, len(choices))]


def _text(creation: Creation) -> str:
    """As many characters as are asked for, at least so many of each class, in an order of its own."""
    inputs = {"numeric": creation.inputs.get("number"), **creation.inputs}
    classes = (
        ("lower", string.ascii_lowercase),
        ("upper", string.ascii_uppercase),
        ("numeric", string.digits),
        ("special", inputs.get("overrideSpecial") or _SPECIAL),
    )
    allowed = [(name, letters) for name, letters in classes if inputs.get(name) is not False]
    least = [letters for name, letters in allowed for _ in range(int(inputs.get(f"min{name.title()}") or 0))]
    every = "".join(letters for _, letters in allowed)
    wanted = [*least, *[every] * (int(inputs["length"]) - len(least))]
    characters = [_drawn(creation, f"character {index}", letters) for index, letters in enumerate(wanted)]
    return "".join(_shuffled(creation, characters))


def _shuffled(creation: Creation, values: Sequence[Any]) -> list[Any]:
    places = sorted(range(len(values)), key=lambda index: creation.bits(f"place {index}", 8))
    return [values[place] for place in places]


def _id(creation: Creation) -> Mapping[str, Any]:
    drawn = creation.bits("id", int(creation.inputs["byteLength"]))
    prefix = creation.inputs.get("prefix") or ""
    url = base64.urlsafe_b64encode(drawn).decode().rstrip("=")
    return {
        "id": url,
        "b64Std": prefix + base64.b64encode(drawn).decode(),
        "b64Url": prefix + url,
        "dec": f"{prefix}{int.from_bytes(drawn, 'big')}",
        "hex": prefix + drawn.hex(),
    }


def _password(creation: Creation) -> Mapping[str, Any]:
    salted = f"$2a$10${base64.b64encode(creation.bits('bcrypt', 40)).decode()[:53]}"
    return {"id": "none", "result": Secret(_text(creation)), "bcryptHash": Secret(salted)}


def _string(creation: Creation) -> Mapping[str, Any]:
    text = _text(creation)
    return {"id": text, "result": text}


def _pet(creation: Creation) -> Mapping[str, Any]:
    length = int(creation.inputs.get("length") or 2)
    words = [_drawn(creation, f"adverb {index}", _ADVERBS) for index in range(max(0, length - 2))]
    words += [_drawn(creation, "adjective", _ADJECTIVES)] * (length > 1)
    words.append(_drawn(creation, "name", _NAMES))
    prefix = creation.inputs.get("prefix")
    separator = creation.inputs.get("separator", "-")
    return {"id": separator.join([*([prefix] if prefix else []), *words])}


def _integer(creation: Creation) -> Mapping[str, Any]:
    low, high = int(creation.inputs["min"]), int(creation.inputs["max"])
    if low > high:
        raise ValueError(f"min, {low}, is greater than max, {high}")
    number = low + creation.number("integer", high - low + 1)
    return {"id": str(number), "result": number}


def _shuffle(creation: Creation) -> Mapping[str, Any]:
    values = creation.inputs["inputs"]
    count = int(creation.inputs.get("resultCount") or len(values)) if values else 0
    shuffled = _shuffled(creation, values)
    return {"id": "-", "results": [shuffled[index % len(shuffled)] for index in range(count)]}


def _uuid(creation: Creation) -> Mapping[str, Any]:
    drawn = str(uuid.UUID(bytes=creation.bits("uuid", 16), version=4))
    return {"id": drawn, "result": drawn}


def _bytes(creation: Creation) -> Mapping[str, Any]:
    drawn = creation.bits("bytes", int(creation.inputs["length"]))
    return {
        "id": "none",
        "base64": Secret(base64.b64encode(drawn).decode()),
        "hex": Secret(drawn.hex()),
    }


RANDOM: Final = Package(
    {
        "random:index/randomBytes:RandomBytes": _bytes,
        "random:index/randomId:RandomId": _id,
        "random:index/randomInteger:RandomInteger": _integer,
        "random:index/randomPassword:RandomPassword": _password,
        "random:index/randomPet:RandomPet": _pet,
        "random:index/randomShuffle:RandomShuffle": _shuffle,
        "random:index/randomString:RandomString": _string,
        "random:index/randomUuid:RandomUuid": _uuid,
    }
)
