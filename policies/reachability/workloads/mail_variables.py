"""The variables of one environment that are set, as those that look for mail servers read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..values import ABSENT, UNKNOWN, Unknown, Value, get, is_known
from .mail_table import plain_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from .environment import Environment


class Variables:
    """The variables that are set and not `ignored`, in their order.

    Attributes:
        names: as the environment has them.
        by_plain: by the names that the table has; the first of those that are the same there.
    """

    def __init__(self, environment: Environment, ignored: Collection[str] = ()) -> None:
        self._environment = environment
        listed = (environment.variables, environment.secrets)
        names = (name for each in listed if not isinstance(each, Unknown) for name in each)
        self.names = [name for name in dict.fromkeys(names) if name not in ignored and self._is_set(name)]
        self.by_plain = {plain_name(name): name for name in reversed(self.names) if plain_name(name)}

    def value(self, name: str) -> Value:
        return get(self._environment.variables, name)

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

    def region(self, *, of_default: bool = False) -> str:
        """The region that AWS's SDKs take: AWS sets it in each of its services, to where the workload is.

        Args:
            of_default: whether the client reads AWS_DEFAULT_REGION first, as Boto3 and Laravel do.
        """
        names = ("AWS_REGION", "AWS_DEFAULT_REGION")
        for name in reversed(names) if of_default else names:
            text = self.text(name) if name in self.names else None
            if text:
                return text
        region = self._environment.owner.region
        return region if isinstance(region, str) else ""

    def _is_set(self, name: str) -> bool:
        value = self.value(name)
        return is_known(get(self._environment.secrets, name)) or (value is not ABSENT and value != "")
