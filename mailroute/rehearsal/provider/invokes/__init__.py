"""Functions (`aws.ec2.get_vpc` and its like), answered from the account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ...account import Account
from .. import sdk
from ..inputs import read_text
from ..sdk import Shape
from ..settings import Settings
from . import named, network, place, policy_document, services
from .query import Function, InvokeError, Query

__all__ = ["InvokeError", "answer"]

FUNCTIONS: Final[Mapping[str, Function]] = {
    **place.FUNCTIONS,
    **network.FUNCTIONS,
    **named.FUNCTIONS,
    **services.FUNCTIONS,
    **policy_document.FUNCTIONS,
}
"""The functions that are answered, by their tokens."""
_EMPTY: Final = {Shape.TEXT: "", Shape.LIST: [], Shape.MAP: {}}


def answer(token: str, arguments: Mapping[str, Any], account: Account, settings: Settings) -> dict[str, Any]:
    """Call the function `token`, such as `aws:ec2/getVpc:getVpc`.

    Returns:
        The fields that the SDK's class has for its result: texts, lists and maps that AWS leaves empty are
        empty, everything else that is not known is absent.

    Raises:
        InvokeError: the account has no such thing, or nobody here can answer that function.
    """
    fields = sdk.function_results(token)
    if fields is None:
        raise InvokeError(f"unknown function {token}: pulumi-aws {sdk.version()} has none such")
    function = FUNCTIONS.get(token)
    if function is None:
        raise InvokeError(
            f"{token} is not simulated: in a rehearsal, take its result from the stack's config, or "
            "read the resource with .get() from an account file that shows it"
        )
    given = {
        name: read_text(fields[name].shape, value) if name in fields and isinstance(value, str) else value
        for name, value in arguments.items()
        if value is not None
    }
    query = Query(account, settings, given)
    found = function(query)
    if token in network.ANY_NUMBER:
        found = _any_number(token, found, account)
    known = {**query.arguments, "region": query.region, **found}
    empty = {
        name: _EMPTY[field.shape]
        for name, field in fields.items()
        if not field.optional and field.shape in _EMPTY
    }
    return {name: value for name, value in {**empty, **known}.items() if name in fields and value is not None}


def _any_number(token: str, found: Mapping[str, Any], account: Account) -> Mapping[str, Any]:
    """What a function has `found`, or nothing where the account is to answer so."""
    if token in account.empty_answers:
        return {name: [] if isinstance(value, list) else value for name, value in found.items()}
    if any(isinstance(value, list) and value for value in found.values()):
        account.found_by.add(token)
    return found
