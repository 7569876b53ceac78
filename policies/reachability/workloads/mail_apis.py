"""The providers whose API an environment uses, and where that is reached over HTTPS."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ..egress import Destination
from ..values import UNKNOWN
from .mail_address import HTTPS, is_api_of, is_of
from .mail_https import SES_ENDPOINTS, at_url, of_ses
from .mail_table import API_NAMES, FRAMEWORKS, PROVIDERS, find, is_about_mail, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from .mail_table import Provider
    from .mail_variables import Variables

_PLACES: Final = frozenset({"ARN", "ID", "NAME", "PARAM", "PARAMETER", "PATH", "SECRET", "SSM"})
_STORES: Final = frozenset({"ARN", "PARAM", "PARAMETER", "SECRET", "SSM"})
"""What the name of a place ends with where a key is kept: all such words, and those of which it has one."""
_PASSWORDS: Final = frozenset({"PASS", "PASSWD", "PASSWORD", "PWD"})


def by_api(variables: Variables, servers: Sequence[Destination]) -> Iterator[Destination]:
    """Where the APIs are that an environment uses.

    Args:
        servers: the mail servers that it names: the key of a provider may be the password at its own, or at
            one that nobody knows. What chooses a provider by its name says more than a key.
    """
    hosts, chosen = {server.host for server in servers}, _chosen(variables)
    for provider in _asked(variables, chosen):
        if provider.word in chosen or not any(host is UNKNOWN or is_of(provider, host) for host in hosts):
            named = any(is_api_of(provider, host) for host in hosts)
            for found in _at(variables, provider, named=named):
                if found.host not in hosts:
                    yield found


def words_in(text: str | None) -> set[str]:
    return {word.lower() for word in re.findall(r"[A-Za-z]+", text or "")}


def _asked(variables: Variables, chosen: set[str]) -> list[Provider]:
    """The providers that a key, a region or an endpoint is set of, or whose word is `chosen`."""
    found = {entry[0][0] for name in variables.names if (entry := _entry(name))}
    found |= {provider for provider in PROVIDERS if provider.word in chosen}
    if any(name in variables.names for name in SES_ENDPOINTS):
        found |= {provider for provider in PROVIDERS if provider.of_aws}
    return sorted(found, key=lambda provider: provider.api)


def _entry(name: str) -> tuple[tuple[Provider, str], str] | None:
    """The entry of a variable that holds a key, or says where one is kept: `SENDGRID_SECRET_ARN`."""
    words = list(words_of(name))
    while words and words[-1] in _PLACES:
        words.pop()
    if not _STORES & {*words_of(name)[len(words) :]}:
        return find(name, API_NAMES)
    kept = "_".join(words)
    return find(name, API_NAMES) or find(kept, API_NAMES) or find(f"{kept}_API_KEY", API_NAMES)


def _chosen(variables: Variables) -> set[str]:
    """The words of what chooses a sender.

    The service `SES` is one of SMTP to Nodemailer; where no password for that is set, it may be the API to
    another program.
    """
    choosers = [name for each in FRAMEWORKS for _, name in variables.called(each.choosers)]
    chosen = _words(variables, [*choosers, *_last_word(variables, "PROVIDER")])
    if any(is_about_mail(name) and _PASSWORDS & {*words_of(name)} for name in variables.names):
        return chosen
    of_aws = {provider.word for provider in PROVIDERS if provider.of_aws}
    services = _last_word(variables, "SERVICE")
    return chosen | (of_aws & {(variables.text(name) or "").strip().lower() for name in services})


def _last_word(variables: Variables, word: str) -> list[str]:
    return [name for name in variables.names if is_about_mail(name) and words_of(name)[-1] == word]


def _words(variables: Variables, names: Iterable[str]) -> set[str]:
    return {word for name in names for word in words_in(variables.text(name))}


def _at(variables: Variables, provider: Provider, *, named: bool) -> Iterator[Destination]:
    """Where the API of a provider is: at the endpoint that is set, or in the region.

    What nobody can read is assumed to say the same as nothing.

    Args:
        named: whether the environment names a host of that API.
    """
    endpoints, regions = (
        [
            name
            for name in variables.names
            if (entry := find(name, API_NAMES)) and entry[0] == (provider, role)
        ]
        for role in ("endpoints", "regions")
    )
    if named and not regions:
        return
    if provider.of_aws:
        reads = _ses_client(variables)
        of_default = _reads_default_region(variables)
        for region in dict.fromkeys(variables.regions(regions, of_default=of_default)):
            yield from of_ses(variables, region, reads)
        return
    for name in endpoints or regions or [""]:
        text = variables.text(name) if name else ""
        if text is None:
            yield Destination(provider.api, HTTPS, region_variable=name)
        else:
            yield at_url(variables, name) if endpoints else Destination(provider.api_host(text), HTTPS)


def _ses_client(variables: Variables) -> str | None:
    """The variable of the endpoint that the chosen client of SES reads; `None` if that is not known."""
    reads = {
        variable
        for each in FRAMEWORKS
        for _, name in variables.called(each.choosers if each.ses_clients else ())
        for word, variable in each.ses_clients
        if word in re.split(r"[^a-z0-9_-]+", (variables.text(name) or "").lower())
    }
    return reads.pop() if len(reads) == 1 else None


def _reads_default_region(variables: Variables) -> bool:
    """Whether the client is one that reads AWS_DEFAULT_REGION, as Boto3 and Laravel do."""
    return any(variables.called(name for each in FRAMEWORKS if each.ses_clients for name in each.choosers))
