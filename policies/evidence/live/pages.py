"""The pages of a listing, and the answers in them: each as AWS makes it, or the listing counts as unread."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import starmap
from typing import Any, Final

from .failures import IncompleteAnswer, parsing
from .fields import elsewhere, lacking
from .request import Request
from .shapes import Answer
from .values import spelled, unknown

MOST_PAGES: Final = 1_000
"""Of one listing: 20,000 services of App Runner, 50,000 functions, a million of most other things."""
_MORE: Final = ("IsTruncated", "AdditionalRoutesAvailable")
"""How a page says that there are more, where a token alone does not."""
_TYPES: Final[Mapping[str, type | tuple[type, ...]]] = {
    "structure": Mapping,
    "map": Mapping,
    "list": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "long": int,
}


def pages(client: Any, request: Request) -> Iterator[Answer]:
    """Every page, each as large as AWS makes them.

    Raises:
        IncompleteAnswer: there are more pages, which lead in a circle, are too many or cannot be asked for.
    """
    operation = client.meta.service_model.operation_model(request.action.operation)
    seen: set[tuple[Any, ...]] = set()
    onward: tuple[Any, ...] = ()
    for page in _as_botocore_asks(client, request, operation):
        fault = _unlike(page, operation.output_shape)
        if fault:
            raise IncompleteAnswer(f"the answer has another type at {fault}")
        yield page
        onward = tuple(page[name] for name in sorted(page) if name.lower().startswith("next") and page[name])
        if onward in seen:
            raise IncompleteAnswer("the pages lead in a circle: a token comes a second time")
        if onward:
            seen.add(onward)
        if len(seen) >= MOST_PAGES:
            raise IncompleteAnswer(f"there are more than {MOST_PAGES} pages")
        if any(page.get(name) for name in _MORE) and not onward:
            raise IncompleteAnswer("there are more pages, and no token to ask for them by")
    if onward:
        raise IncompleteAnswer("there is a token for more pages, and nothing that says so")


def _as_botocore_asks(client: Any, request: Request, operation: Any) -> Iterator[Answer]:
    from botocore import xform_name
    from botocore.paginate import Paginator

    method, accepted = xform_name(operation.name), operation.input_shape.members
    limit = accepted["MaxResults"].metadata.get("max") if "MaxResults" in accepted else None
    parameters = {**request.parameters, **({"MaxResults": limit} if limit else {})}
    with parsing():
        if client.can_paginate(method):
            yield from client.get_paginator(method).paginate(**parameters)
        elif "NextToken" in accepted:  # botocore lacks the paginators of a few
            result = request.action.result
            token = {"input_token": "NextToken", "output_token": "NextToken", "result_key": result}
            yield from Paginator(getattr(client, method), token, operation).paginate(**parameters)
        else:
            yield getattr(client, method)(**parameters)


def _unlike(value: Any, shape: Any, place: str = "") -> str:
    """Where `value` is of another type than AWS's own model says; empty where nowhere."""
    kind: Any = _TYPES.get(shape.type_name, object)
    if not isinstance(value, kind):
        return place or "its top"
    if shape.type_name == "structure":
        parts = [(value.get(name), member, name) for name, member in shape.members.items()]
    elif shape.type_name == "list":
        parts = [(one, shape.member, "") for one in value]
    elif shape.type_name == "map":
        parts = [(one, shape.value, name) for name, one in value.items()]
    else:
        return ""
    given = ((part, member, f"{place}.{name}".strip(".")) for part, member, name in parts if part is not None)
    return next(filter(None, starmap(_unlike, given)), "")


def results(page: Answer, request: Request, region: str) -> list[Answer]:
    """The answers in a page.

    Raises:
        IncompleteAnswer: one lacks a field, has an unknown value, or tells of another region.
    """
    action = request.action
    value = page.get(action.result) if action.result else page
    if value is None:
        raise IncompleteAnswer(f"the answer lacks {action.result}")
    listed = value if isinstance(value, list) else [value]
    found: list[Answer] = [
        {**({"Arn": item} if isinstance(item, str) else item), **request.about} for item in listed
    ]
    for answer in found:
        missing = lacking(action, answer, request.fields)
        if missing:
            raise IncompleteAnswer(f"the answer lacks {missing}")
        value = unknown(action, answer)
        if value:
            raise IncompleteAnswer(f"the answer has the unknown value {value}")
        place = elsewhere(action, answer, region)
        if place:
            raise IncompleteAnswer(f"the answer is about {place}, not {region}")
    return [spelled(action, answer) for answer in found]
