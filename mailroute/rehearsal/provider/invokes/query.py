"""Looking for resources as AWS's describe calls do: by id, by tags, by named filters."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ...account import Account, AwsResource
from ..settings import Settings


class InvokeError(Exception):
    """A function that has no answer: `str()` is one line."""


@dataclass(frozen=True)
class Query:
    """One call of a function.

    Attributes:
        arguments: those that are set, in camelCase.
    """

    account: Account
    settings: Settings
    arguments: Mapping[str, Any]

    @property
    def region(self) -> str:
        return str(self.arguments.get("region") or self.settings.caller.region)

    @property
    def account_id(self) -> str:
        return self.settings.caller.account_id

    def get(self, name: str) -> Any:
        return self.arguments.get(name)

    def arn(self, service: str, rest: str) -> str:
        """A regional ARN in the caller's account."""
        return f"arn:aws:{service}:{self.region}:{self.account_id}:{rest}"


Function = Callable[[Query], Mapping[str, Any]]
"""The answer to a call: result fields by name."""

Values = Callable[[Account, AwsResource], Iterable[Any]]
"""What a resource has for a filter: it matches where one of these is asked for."""


@dataclass(frozen=True)
class Search:
    """How to look for resources of one type.

    Attributes:
        noun: what error messages call one.
        filters: AWS's filter names for the type.
        arguments: the function's own arguments that narrow the search, each by a filter.
        show: the result fields for one resource.
    """

    type: str
    noun: str
    filters: Mapping[str, Values]
    arguments: Mapping[str, str]
    show: Callable[[Query, AwsResource], Mapping[str, Any]]

    def one(self, query: Query) -> Mapping[str, Any]:
        """The function that yields just one resource."""
        found = self.find(query)
        wanted = _wanted(query)
        if not found:
            raise InvokeError(
                f"no matching {self.noun} found{wanted}: the account in {query.account.region} shows none"
            )
        if len(found) > 1:
            names = ", ".join(each.id for each in found)
            raise InvokeError(f"multiple {self.noun}s matched{wanted}: {names}; use more constraints")
        (only,) = found
        return {
            "tags": only.get("tags") or {},
            "arn": only.get("arn"),
            **self.show(query, only),
            "id": only.id,
        }

    def ids(self, query: Query) -> Mapping[str, Any]:
        """The function that yields the ids of any number of resources."""
        return {"ids": sorted(each.id for each in self.find(query)), "id": query.region}

    def find(self, query: Query) -> list[AwsResource]:
        """The resources that fit every argument, every tag and every filter.

        Raises:
            InvokeError: a filter is not known, or nothing fits and the account may not show all there is.
        """
        account = query.account
        wanted = [(name, _texts(values)) for name, values in self._conditions(query)]
        found = [
            each
            for each in account.of(self.type)
            if (each.get("region") or account.region) == query.region
            and all(self._fits(account, each, name, values) for name, values in wanted)
        ]
        if not found:
            self._must_be_shown(account, wanted)
        return found

    def _must_be_shown(self, account: Account, wanted: Iterable[tuple[str, set[str]]]) -> None:
        """That nothing was found says something only where the account shows everything."""
        if not account.shows(self.type):
            raise InvokeError(f"the account file does not show every {self.noun}: add the one that is meant")
        for name, values in wanted:
            unseen = sorted(vpc for vpc in values if name == "vpc-id" and not account.shows_vpc(vpc))
            if unseen and self.type != "aws:ec2/vpc:Vpc":
                raise InvokeError(
                    f"the account file does not show {unseen[0]}: take it in with mailroute snapshot "
                    f"--vpc {unseen[0]}"
                )

    def _conditions(self, query: Query) -> Iterator[tuple[str, list[Any]]]:
        for argument, name in self.arguments.items():
            if query.get(argument) not in (None, ""):
                yield name, [query.get(argument)]
        for key, value in (query.get("tags") or {}).items():
            yield f"tag:{key}", [value]
        for each in query.get("filters") or ():
            yield each["name"], each.get("values") or []

    def _fits(self, account: Account, each: AwsResource, name: str, wanted: set[str]) -> bool:
        tags: Mapping[str, str] = each.get("tags") or {}
        if name.startswith("tag:"):
            has: Iterable[Any] = [tags.get(name[4:])]
        elif name == "tag-key":
            has = tags
        elif name in self.filters:
            has = self.filters[name](account, each)
        else:
            known = ", ".join(sorted(self.filters))
            raise InvokeError(f"the filter {name!r} of {self.noun}s is not simulated: use tag:KEY, {known}")
        return any(_matches(pattern, value) for value in _texts(has) for pattern in wanted)


def prop(name: str) -> Values:
    """A filter on one property."""
    return lambda _account, each: [each.get(name)]


def identity(_account: Account, each: AwsResource) -> Iterable[str]:
    """A filter on the id."""
    return [each.id]


def _texts(values: Iterable[Any]) -> set[str]:
    """Values as AWS spells them in filters."""
    return {
        str(value).lower() if isinstance(value, bool) else str(value) for value in values if value is not None
    }


def _matches(pattern: str, value: str) -> bool:
    """Whether a value fits a filter, in which `*` and `?` are wildcards."""
    expression = "".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in pattern)
    return re.fullmatch(expression, value, re.DOTALL) is not None


def _wanted(query: Query) -> str:
    """What was asked for, in brackets."""
    plain = {name: value for name, value in query.arguments.items() if name not in ("filters", "region")}
    parts = [f"{name}={value}" for name, value in plain.items()]
    parts += [
        f"{each['name']}={','.join(map(str, each.get('values') or []))}"
        for each in query.get("filters") or ()
    ]
    return f" ({', '.join(parts)})" if parts else ""
