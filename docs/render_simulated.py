"""Writes the reference of simulated functions and packages: `python docs/render_simulated.py`."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from mailroute.rehearsal.packages import PACKAGES, awsx, docker, partial, pulumi_random, std, tls
from mailroute.rehearsal.provider.invokes import named, network, place, policy_document, services

PAGE: Final = Path(__file__).parent / "reference" / "simulated.md"

INTRODUCTION: Final = """\
# What a rehearsal simulates

*Written by `python docs/render_simulated.py` from `mailroute/rehearsal/`.*

Every resource type of pulumi-aws is simulated. What follows are its functions and the other packages that
have an answer. A function of pulumi-aws that is not listed ends the rehearsal, with what to do instead. Any
other package, type or function has unknown results: one line names it, and what depends on them is
undetermined.
"""
UNDOCUMENTED: Final = {
    network: "what the account shows",
    place: "that of the account and of the provider's region",
    named: "what the account shows, else the ARN that the name makes",
    services: "what the account shows, else the ARN that the name makes",
    policy_document: "the policy as JSON text",
}
"""What the functions of each module answer that do not say so themselves."""
FOUND: Final = {
    "one": "the only one that fits the arguments and filters; an error where there is none, or several",
    "ids": "the ids of those that fit the arguments and filters",
}
MODULES: Final[Mapping[str, ModuleType]] = {
    "archive": std,
    "aws-native": partial,
    "awsx": awsx,
    "docker": docker,
    "docker-build": docker,
    "kubernetes": partial,
    "random": pulumi_random,
    "std": std,
    "tls": tls,
}


def page() -> str:
    """The whole page."""
    return "\n".join([INTRODUCTION, *_functions(), *_packages()]).rstrip("\n") + "\n"


def _functions() -> Iterator[str]:
    yield "## Functions of pulumi-aws\n"
    for module, undocumented in UNDOCUMENTED.items():
        yield f"{inspect.getdoc(module)}\n"
        yield "| function | answers |\n|---|---|"
        for token, function in sorted(module.FUNCTIONS.items()):
            _, path, name = token.split(":")
            folder = path.partition("/")[0].replace("index", "")
            called = ".".join(filter(None, ("aws", folder, name)))
            yield f"| `{called}` | {_answers(function) or undocumented} |"
        yield ""


def _answers(function: Callable[..., Any]) -> str:
    if inspect.ismethod(function):
        return FOUND[function.__name__]
    said = " ".join((inspect.getdoc(function) or "").split("\n\n")[0].split())
    return said.rstrip(".").replace("|", "\\|")


def _packages() -> Iterator[str]:
    yield "## Other packages\n"
    for name, package in sorted(PACKAGES.items()):
        components = (token for token in awsx.COMPONENTS if token.startswith(f"{name}:"))
        tokens = sorted((*package.resources, *package.functions, *components))
        every = ["every resource, in part"] if package.others else []
        yield f"**{name}**: {', '.join([*every, *(f'`{token}`' for token in tokens)])}.\n"
        yield f"{inspect.getdoc(MODULES[name])}\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
