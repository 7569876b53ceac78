"""The rules that arguments keep: each check returns its value, or raises before anything is registered."""

import ipaddress
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from contextvars import ContextVar
from difflib import get_close_matches
from typing import Any, NoReturn, Optional, TypeVar

import pulumi

T = TypeVar("T")
Label = Callable[[str], str]
"""How a person knows an argument: a component's argument, or the key of a stack's config."""
_LABEL = r"(?!-)[a-z0-9_-]{1,63}(?<!-)"
_DOMAIN = rf"(?=.{{1,253}}$){_LABEL}(\.{_LABEL})+"


_NAMES: ContextVar[Label] = ContextVar("names", default=str)


class ArgumentError(pulumi.RunError):
    """An argument that cannot work: one line with the argument, its value, the rule and the remedy."""


def refuse(argument: str, value: object, rule: str, remedy: str) -> NoReturn:
    """Raise the `ArgumentError`."""
    raise ArgumentError(f"{argument} is {value!r}: {rule}; {remedy}")


def of(component: str) -> Label:
    """The label of an argument that a program gives to `component`."""
    return lambda argument: _NAMES.get()(f"{component}.{argument}")


def not_own(argument: str, found: str, is_own: bool) -> None:
    """What is to be adopted is not this very stack's: no longer registered, it would be deleted.

    Raises:
        ArgumentError: it is, by its tags.
    """
    if is_own:
        raise ArgumentError(
            f"{argument}: {found} is this stack's own by its tags, and adopting it would delete it; "
            "leave it out"
        )


def name_arguments(label: Label) -> None:
    """Call the arguments of this program's components, `Component.argument`, what `label` makes of them."""
    _NAMES.set(label)


def nearest(name: str, known: Collection[str]) -> Optional[str]:
    """The one of `known` that `name` is probably meant to be."""
    by_lower = {each.lower(): each for each in known}
    return next((by_lower[each] for each in get_close_matches(name.lower(), by_lower, 1, 0.6)), None)


def keys(
    label: Label, args: Mapping[str, Any], known: Collection[str], required: Collection[str] = ()
) -> None:
    """`args` has every one of `required`, and nothing outside of `known`, whose value could be a secret."""
    for name in sorted(set(args) - set(known)):
        raise ArgumentError(f"{label(name)}: there is no such argument; known are {listed(known)}")
    for name in sorted(required):
        if args.get(name) is None:
            refuse(label(name), None, "it is required", "give it a value")


def one_of(argument: str, value: T, choices: Sequence[T]) -> T:
    """`value` is one of `choices`."""
    if value not in choices:
        refuse(argument, value, f"it must be one of {listed(choices)}", f"use {choices[0]!r}")
    return value


def between(argument: str, value: Any, low: int, high: int) -> int:
    """`value` is a whole number from `low` to `high`."""
    whole = isinstance(value, (int, float)) and not isinstance(value, bool) and value == int(value)
    if not whole or not low <= value <= high:
        refuse(argument, value, f"it must be a whole number from {low} to {high}", f"use {low} to {high}")
    return int(value)


def port(argument: str, value: Any) -> int:
    """`value` is a TCP port; 25 is refused, as AWS blocks it towards public addresses (EC2 User Guide)."""
    number = between(argument, value, 1, 65535)
    if number == 25:
        refuse(argument, value, "AWS blocks outbound traffic on port 25", "use the submission port 587")
    return number


def matches(argument: str, value: Any, pattern: str, rule: str, remedy: str) -> str:
    """`value` is text that `pattern` matches from end to end."""
    if isinstance(value, str) and re.fullmatch(pattern, value):
        return value
    refuse(argument, value, rule, remedy)


def domain(argument: str, value: Any) -> str:
    """`value` is a fully qualified domain name, lower case, without the trailing dot."""
    return matches(
        argument,
        value,
        _DOMAIN,
        "it must be a domain name in lower case without a trailing dot",
        "use a name such as 'example.com'",
    )


def subdomain(argument: str, value: str) -> str:
    """`value` is one DNS label, relative to its domain."""
    return matches(
        argument,
        value,
        _LABEL,
        "it must be one label, relative to the domain",
        "use a label such as 'bounce', without the domain",
    )


def resource_id(argument: str, value: Any, prefix: str) -> str:
    """`value` is an AWS id such as `subnet-0123456789abcdef0`, with `prefix` before the dash."""
    return matches(
        argument,
        value,
        rf"{prefix}-[0-9a-f]{{8,17}}",
        f"it must be an id that starts with '{prefix}-'",
        f"copy the id from the AWS console, such as '{prefix}-0123456789abcdef0'",
    )


def email(argument: str, value: str) -> str:
    """`value` is an e-mail address."""
    return matches(
        argument,
        value,
        r"[^@\s;,!]+@[^@\s;,!]+\.[^@\s;,!]+",
        "it must be an e-mail address",
        "use one such as 'dmarc@example.com'",
    )


def arn(argument: str, value: Any, service: str, resource: str) -> str:
    """`value` is an ARN of a `resource` of `service`, such as a `policy` of `iam`."""
    region, account = ("", r"(\d{12}|aws)") if service == "iam" else (r"[a-z0-9-]+", r"\d{12}")
    separator = ":" if service == "secretsmanager" else "/"
    return matches(
        argument,
        value,
        rf"arn:aws[a-z-]*:{service}:{region}:{account}:{resource}{separator}[^:\s]+",
        f"it must be the ARN of a {resource} of {service}",
        f"use one such as 'arn:aws:{service}:{'' if service == 'iam' else 'REGION'}:ACCOUNT:"
        f"{resource}{separator}NAME'",
    )


def in_reach(argument: str, value: str, region: str, account_id: Optional[str] = None) -> None:
    """An ARN is of `region`, where it names one, and of the account `account_id`, where that is given."""
    *_, found_region, found_account, _ = value.split(":", 5)
    if found_region not in ("", region):
        refuse(argument, value, f"AWS takes none of another region than {region}", "use one there")
    if account_id is not None and found_account != account_id:
        refuse(argument, value, f"AWS takes none of another account than {account_id}", "use one there")


def arns(argument: str, values: Sequence[Any], service: str, resource: str) -> None:
    """At most ten ARNs of `service`, as far as they are known already."""
    distinct(argument, values, 0, 10)
    for position, value in enumerate(values):
        if known(value) is not None:
            arn(f"{argument}[{position}]", value, service, resource)


def network(argument: str, value: str, longest: int = 32) -> ipaddress.IPv4Network:
    """`value` is an IPv4 block in CIDR notation with no host bits, at most `/longest`."""
    try:
        block = ipaddress.IPv4Network(value)
    except ValueError as error:
        refuse(argument, value, f"it must be an IPv4 block in CIDR notation ({error})", "use '10.0.0.0/16'")
    if block.prefixlen > longest:
        refuse(argument, value, f"it must be /{longest} or larger", "use '10.0.0.0/16'")
    return block


def exactly_one(label: Label, args: Mapping[str, Any], names: Sequence[str]) -> str:
    """Just one of `names` is given; returns its name."""
    given = [name for name in names if args.get(name) is not None]
    if len(given) != 1:
        refuse(
            " or ".join(label(name) for name in names),
            {name: args[name] for name in given} or None,
            "just one of them must be given",
            "give one of them",
        )
    return given[0]


def distinct(argument: str, values: Sequence[T], least: int = 1, most: int = 16) -> Sequence[T]:
    """From `least` to `most` values, none of them twice."""
    if not isinstance(values, list) or not least <= len(values) <= most:
        refuse(argument, values, f"it must be a list of {least} to {most}", "name each one once")
    plain = [value for value in values if isinstance(value, str)]
    for value in plain:
        if plain.count(value) > 1:
            refuse(argument, values, f"{value!r} stands there twice", "name each one once")
    return values


def listed(choices: Collection[Any]) -> str:
    """`choices` as text, in their own order."""
    return ", ".join(str(choice) for choice in choices)


def known(value: Any) -> Optional[str]:
    """`value` where it is text already; `None` where it is an output, or nothing."""
    return value if isinstance(value, str) else None
