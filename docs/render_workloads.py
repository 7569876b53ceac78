"""Writes the reference of workloads and mail variables: `python docs/render_workloads.py`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import mailroute  # noqa: F401  (leads to the modules of the policy pack)
from reachability.workloads.mail_table import (
    FRAMEWORKS,
    PROVIDERS,
    SERVICES,
    SERVICES_SOURCE,
    Framework,
    Provider,
)
from reachability.workloads.not_judged import KINDS

PAGE: Final = Path(__file__).parent / "reference" / "workloads.md"

INTRODUCTION: Final = """\
# Workloads, and where they send mail

*Written by `python docs/render_workloads.py` from `policies/reachability/workloads/`.*

App Runner services, ECS services and task sets, ECS Express Mode and Lambda functions are judged: each by
what the variables of its environment say about mail, and by the `destinations` of the pack's configuration.
An App Runner service that says nothing must at least have a way to some mail server. Any other that says
nothing is listed under `unjudged`, with what was looked for.

An ECS service runs the task definition that it names: one of the program by its ARN, or the latest of a
family, which is the program's where the service is made after it. A revision by its number is that of the
program or of the evidence. Of any other (`TASK_DEFINITION_UNKNOWN`) nobody knows the environment: every
public mail host must be reachable by every submission port, as where an environment is not known.

## Variables

A name counts in capitals, with one underscore between its words, and with more words before it:
`Smtp__Host`, `smtpHost` and `SHOP_SMTP_HOST` are `SMTP_HOST`. So does a variable of any name whose value is
a mail host (`smtp.example.com`, with or without a port) or a URL with the scheme `smtp` or `smtps`; its
port is that of the variable with `PORT` in place of its last word, or behind it. A variable that is empty
is not set.

Every host that is named is judged, the second ones too: a number or a word like `BACKUP`, `FALLBACK` or
`SECONDARY` may stand anywhere in the name (`SMTP2_HOST`, `SMTP_FALLBACK_HOST`, `MAIL_HOST_BACKUP`), and
`SMTP_HOSTS` holds a list, in JSON or divided by commas, semicolons or blanks. `EMAIL_SERVICE`,
`mail__options__service` and the like hold a name by which Nodemailer knows a server; where no password for
SMTP is set, `SES` may be its API as well, and both are judged.

A text that is a JSON object counts as a variable for each of its values, and so do system properties of Java:
`MAIL={"smtp": {"host": ...}}` is `MAIL.smtp.host`, and `-Dspring.mail.host=...` in `JAVA_OPTS` is
`JAVA_OPTS.spring.mail.host`.

The options `hostVariables` and `portVariables` of the rules add names, and `ignoredVariables` takes
variables out.

A port that is not set is the framework's default where the framework is known: by a variable that only it
has, or by one of its markers. Port 25 is blocked by AWS. Where several defaults are listed, the version of
the framework, or settings of its own, decide: each of them must be reachable. A switch that chooses TLS
from the start makes it 465. A port that belongs to no host (`SMTP_PORT` beside `MAIL_HOST`, or beside
`PRIMARY_SMTP_HOST`) may be that of each host without one: both that port and the default must be reachable.
Elsewhere it is 465 for `smtps`, or else 587, which is an assumption (`PORT_NOT_SET`).
"""

PROVIDERS_TEXT: Final = """\
## Providers by their API

A key of a provider's API is a host that is reached over HTTPS, unless the environment names the same
provider's SMTP host, or a host that nobody knows: then the key may be the password. A variable that says
where the key is kept counts as the key (`SENDGRID_API_KEY_ARN`, `RESEND_SECRET_NAME`). `EMAIL_BACKEND`,
`MAIL_MAILER`, `EMAIL_PROVIDER` and the like that name a provider count as its key does. A provider with other
hosts in a region is where its variables or the `region` of a DSN say.

SES's API is where AWS's SDKs connect to: `AWS_ENDPOINT_URL_SESV2`, `AWS_ENDPOINT_URL_SES`, else
`AWS_ENDPOINT_URL` (unless `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS` is true), else its host in the region, or
that of `AWS_USE_FIPS_ENDPOINT` and `AWS_USE_DUALSTACK_ENDPOINT`. Of the first two, each client reads just
one: `AWS_ENDPOINT_URL_SES` is for SES's API v1, as Laravel's `ses` is, and `AWS_ENDPOINT_URL_SESV2` for v2,
as Laravel's `ses-v2` and Anymail's `amazon_ses` are. Of other programs it is an assumption (`SES_CLIENT`)
that they read the one that is set. That a URL which is not known before the update is an `https` one without
a port is another (`ENDPOINT_URL`). The region is that of the provider's own variables, else of `AWS_REGION`
or `AWS_DEFAULT_REGION`, or the workload's: Boto3 and Laravel read the latter of the two; where nothing tells
the client, each must be reachable. A region or an endpoint that is a secret, or not known yet, is assumed to
lead where nothing would (`API_REGION`).

`HTTPS_PROXY` and `ALL_PROXY`, in small letters too, name a proxy that some programs take for these hosts and
others do not. The verdict holds for both: the way to the host and the way to the proxy. What a proxy does is
an assumption (`PROXY_REACHES`). A host in `NO_PROXY` that every program takes for excepted is reached
directly: the host itself, a domain with a dot before it (`.sendgrid.com`), or `*`. SMTP does not go by a
proxy.
"""

SERVICES_TEXT: Final = """\
## Servers by their names

What `EMAIL_SERVICE` and the like may hold, in any case and with blanks; `SES-EU-WEST-1` is SES's host in that
region. Source: {source}.
"""

NOT_JUDGED: Final = """\
## Not judged

These may send mail, and where they run is not modelled. Each is listed under `unjudged` by its name.
"""


def page() -> str:
    """The whole page."""
    lines = [INTRODUCTION, "| framework | host | port | default port | source |", "|---|---|---|---|---|"]
    lines += [*map(_framework, FRAMEWORKS), "", PROVIDERS_TEXT]
    lines += ["| provider | variables | API | SMTP | source |", "|---|---|---|---|---|"]
    lines += [*map(_provider, PROVIDERS), "", SERVICES_TEXT.format(source=SERVICES_SOURCE)]
    lines += ["| name | server |", "|---|---|", *_services(), "", NOT_JUDGED]
    lines += ["| what | resource type |", "|---|---|"]
    lines += [f"| {kind.runs} | `{token}` |" for token, kind in KINDS.items()]
    return "\n".join(lines) + "\n"


def _framework(entry: Framework) -> str:
    return _row(entry.name, "; ".join(_hosts(entry)), _names(entry.ports), _default(entry), entry.source)


def _hosts(entry: Framework) -> Iterator[str]:
    if entry.hosts:
        yield _names(entry.hosts) + (" (host:port too)" if entry.host_with_port else "")
    if entry.urls:
        yield f"URL: {_names(entry.urls)}"
    if entry.urls_by_value:
        yield f"where it is an SMTP URL: {_names(entry.urls_by_value)}"
    if entry.inside:
        yield f"inside `{entry.inside.variable}`"
    if entry.choosers:
        yield f"unless {_names(entry.choosers)} chooses no SMTP"
    if entry.switch:
        yield f"unless `{entry.switch}` is false"


def _default(entry: Framework) -> str:
    if not entry.default_ports:
        return f"465 or 587 with {_names(entry.tls_switches)}" if entry.tls_switches else ""
    ports = " or ".join(map(str, entry.default_ports))
    by_tls = f"; 465 with {_names(entry.tls_switches)}" if entry.tls_switches else ""
    return ports + (f" with {_names(entry.markers)}" if entry.markers else "") + by_tls


def _provider(entry: Provider) -> str:
    variables = _names((*entry.keys, *entry.regions, *entry.endpoints))
    apis, smtp = (
        ", ".join((f"`{host}`", *(f"{region}: `{other}`" for region, other in regional)))
        for host, regional in ((entry.api, entry.regional_apis), (entry.smtp, entry.regional_smtp))
    )
    return _row(entry.name, variables, apis, smtp, entry.source)


def _services() -> Iterator[str]:
    for server in dict.fromkeys(SERVICES.values()):
        names = _names(name for name, each in SERVICES.items() if each == server)
        yield _row(names, f"`{server[0]}:{server[1]}`")


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
