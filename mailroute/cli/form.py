"""The options that say in which format a command reports."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, Final

import click

from .parameters import FormatAndFile

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

TEXT: Final = "text"
_JSON: Final = "json"


def format_options(formats: Collection[str]) -> Callable[[Callable[..., int]], Callable[..., int]]:
    """Options for these formats besides text: the command gets `form`, what is printed, and `saved`.

    `saved` are the formats and files to write besides, one of `formats` each.
    """

    def with_options(command: Callable[..., int]) -> Callable[..., int]:
        @wraps(command)
        def with_form(*arguments: Any, as_json: bool, form: str | None, **others: Any) -> int:
            if as_json and form not in (None, _JSON):
                raise click.UsageError(f"--json and --format {form} name two formats")
            return command(*arguments, form=_JSON if as_json else form or TEXT, **others)

        for option in reversed(_options(formats)):
            with_form = option(with_form)
        return with_form

    return with_options


def _options(formats: Collection[str]) -> tuple[Callable[..., Any], ...]:
    return (
        click.option(
            "--json",
            "as_json",
            is_flag=True,
            help="Print one JSON object, and nothing else, to standard output.",
        ),
        click.option(
            "--format",
            "form",
            type=click.Choice([TEXT, *formats]),
            help="Print the report in this format, and nothing else: sarif for code scanning, junit for CI "
            "servers, github for annotations.  [default: text]",
        ),
        click.option(
            "--save",
            "saved",
            type=FormatAndFile(formats),
            multiple=True,
            metavar="FORMAT=FILE",
            help="Also write the report to FILE in one of these formats; may be given several times.",
        ),
    )
