"""The variables of one environment that are set, as those that look for mail servers read them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from .. import json_text
from ..values import ABSENT, UNKNOWN, Unknown, Value, get, is_known
from .mail_table import plain_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from .environment import Environment


_JAVA_PROPERTY: Final = re.compile(r"(?<![^\s\"'])-D([A-Za-z0-9_.-]+)=[\"']?([^\s\"']+)")
_REGIONS: Final = ("AWS_REGION", "AWS_DEFAULT_REGION")


class Region(NamedTuple):
    """A region of AWS, as a program finds it.

    Attributes:
        text: its name; empty where it is not known.
        unread: the variable that nobody can read, for which the workload's own region is taken.
    """

    text: str
    unread: str = ""


class Variables:
    """The variables that are set and not `ignored`, in their order.

    One that holds a JSON object, or system properties of Java, is several: `MAIL` with
    `{"smtp": {"host": "a.example"}}` is `MAIL.smtp.host`.

    Attributes:
        names: as the environment has them.
        by_plain: by the names that the table has; the first of those that are the same there.
    """

    def __init__(self, environment: Environment, ignored: Collection[str] = ()) -> None:
        self._environment = environment
        plain = environment.variables
        self._plain = plain if isinstance(plain, Unknown) else dict(in_parts(plain, ignored))
        listed = (self._plain, environment.secrets)
        names = (name for each in listed if not isinstance(each, Unknown) for name in each)
        self.names = [name for name in dict.fromkeys(names) if name not in ignored and self._is_set(name)]
        self.by_plain = {plain_name(name): name for name in reversed(self.names) if plain_name(name)}

    def value(self, name: str) -> Value:
        return get(self._plain, name)

    def text(self, name: str) -> str | None:
        """The text of a variable; `None` where it is none, or nobody can read it."""
        value = self.value(name)
        return value if isinstance(value, str) and not self.is_secret(name) else None

    def is_secret(self, name: str) -> bool:
        """Whether nobody can read a variable: it is kept with the secrets, or is one of the configuration."""
        if is_known(get(self._environment.secrets, name)):
            return True
        return self.value(name) is UNKNOWN and not self._environment.computed

    def holder(self, name: str) -> str | None:
        """The key of the one resource that the unknown value of a variable comes from, where there is one."""
        sources = self._environment.owner.dependencies.get(self._environment.prop, ())
        return sources[0] if len(sources) == 1 and not self.is_secret(name) else None

    def called(self, names: Iterable[str]) -> Iterator[tuple[str, str]]:
        """The plain name and the name of each variable that is set and has one of these plain names."""
        return ((name, self.by_plain[name]) for name in names if name in self.by_plain)

    def regions(self, names: Sequence[str], *, of_default: bool) -> Iterator[Region]:
        """The regions in the variables `names`; without any, or for one that nobody can read, the SDKs' own.

        Args:
            of_default: whether the client reads AWS_DEFAULT_REGION first, as Boto3 and Laravel do.
        """
        for name in names:
            text = self.text(name)
            if text is None:
                yield from (region._replace(unread=name) for region in self._of_sdks(of_default=of_default))
            else:
                yield Region(text)
        if not names:
            yield from self._of_sdks(of_default=of_default)

    def _of_sdks(self, *, of_default: bool) -> list[Region]:
        """Those that AWS's SDKs may take: AWS sets their variables, in its services, to the workload's own.

        Most read AWS_REGION; where nothing tells the client, and where it is not certain that
        AWS_DEFAULT_REGION is set, either may count.
        """
        owner = self._environment.owner.region
        here = Region(owner if isinstance(owner, str) else "")
        found = [
            here._replace(unread=name) if text is None else Region(text)
            for name in _REGIONS
            if name in self.names
            for text in [self.text(name)]
        ]
        if len(found) == len(_REGIONS):
            return found[-1:] if of_default else found
        return [*found, *([] if of_default and _REGIONS[-1] in self.names else [here])]

    def _is_set(self, name: str) -> bool:
        value = self.value(name)
        return is_known(get(self._environment.secrets, name)) or (value is not ABSENT and value != "")


def in_parts(variables: Mapping[str, Value], ignored: Collection[str] = ()) -> Iterator[tuple[str, Value]]:
    """The variables by their names, with what their texts consist of."""
    for name, value in variables.items():
        if name in ignored:
            continue
        document = _document(value) if isinstance(value, str) else None
        if document:
            yield from _leaves(name, document)
            continue
        yield name, value
        for key, text in _JAVA_PROPERTY.findall(value) if isinstance(value, str) else ():
            yield f"{name}.{key}", text


def _document(text: str) -> Mapping[str, Any] | None:
    """The JSON object that a text is; `None` where it is none."""
    try:
        return json_text.loads(text) if text.lstrip()[:1] == "{" else None
    except json_text.JsonTextError:
        return None


def _leaves(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, element in value.items():
            yield from _leaves(f"{name}.{key}", element)
    else:
        yield name, value
