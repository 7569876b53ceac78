"""Which plain values may be secrets: they are written nowhere, whatever the account shows.

Taking a value for a secret in vain costs a person one command; a secret in a repository costs more.
"""

from __future__ import annotations

import re
from typing import Final

_NAME: Final = re.compile(
    r"pass|pwd|secret|token|key|credential|private|salt|signature|auth(?!or)|webhook|(^|_)(pw|dsn|sas)($|_)",
    re.IGNORECASE,
)
_WORD: Final = (
    r"(pass(word|wd|phrase)?|pwd|secret|token|(api|access|account|private|auth)[_-]?key|credentials?)"
)
_URL: Final = re.compile(r":\S*@")
"""Where a password may stand before a host; one of SES may hold a `/`."""
_ASSIGNED: Final = re.compile(rf"{_WORD}[\"']?\s*[=:]", re.IGNORECASE)
_OPTION: Final = re.compile(rf"--?[\w-]*{_WORD}[\w-]*[\s=]", re.IGNORECASE)
_FORMS: Final = re.compile(
    r"-----BEGIN |\b(?i:Bearer|Basic)\s+\S"
    r"|\b(AKIA|ASIA)[A-Z0-9]{16}\b|\b(sk|rk)_(live|test)_|\bsk-|\bgh[opsu]_|\bgithub_pat_|\bglpat-"
    r"|\bxox[abp]-|\beyJ|\bSG\.|hooks\.slack\.com/|[?&]sig="
)
"""PEM, HTTP credentials, what keys of AWS, Stripe, OpenAI, GitHub, GitLab, Slack and SendGrid and JSON Web
Tokens begin with, and URLs that are secrets themselves: Slack's webhooks, Azure's shared access signatures.
"""


def is_secret(name: str, value: str) -> bool:
    """Whether a plain environment variable may hold a secret, by its name or its value."""
    return bool(_NAME.search(name)) or _holds_secret(value)


def command_holds_secret(command: str) -> bool:
    """Whether a command may hold a secret, as in `serve --api-token=...`."""
    return bool(_OPTION.search(command)) or _holds_secret(command)


def _holds_secret(value: str) -> bool:
    return any(form.search(value) for form in (_URL, _ASSIGNED, _FORMS))
