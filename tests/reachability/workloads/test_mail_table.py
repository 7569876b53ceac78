"""The table of the variables by which programs name where they send mail."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from reachability.workloads import mail_table
from reachability.workloads.mail_table import (
    FRAMEWORKS,
    PROVIDERS,
    SERVICES,
    SERVICES_SOURCE,
    Framework,
    Provider,
    plain_name,
)

ENTRIES: tuple[Framework | Provider, ...] = (*FRAMEWORKS, *PROVIDERS)
FOLDER = Path(mail_table.__file__).parent
SCHEMA = json.loads((FOLDER / "mail.schema.json").read_text(encoding="utf-8"))
TABLE = json.loads((FOLDER / "mail.json").read_text(encoding="utf-8"))


def test_the_table_has_the_form_of_its_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    found = Draft202012Validator(SCHEMA, format_checker=FormatChecker()).iter_errors(TABLE)
    assert [f"{error.json_path}: {error.message}" for error in found] == []


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"name": "X", "hosts": ["X_HOST"]}, "'source' is a required property"),
        ({"name": "X", "source": "its documentation", "hosts": ["X__HOST"]}, "'X__HOST' does not match"),
        ({"name": "X", "source": "its documentation", "hosts": ["X_HOST"], "port": []}, "Additional"),
        ({"name": "X", "source": "its documentation", "ports": ["X_PORT"]}, "is not valid under any"),
    ],
)
def test_an_entry_of_another_form_is_refused(entry: dict[str, object], message: str) -> None:
    (error,) = Draft202012Validator(SCHEMA).iter_errors({**TABLE, "frameworks": [entry]})
    assert message in error.message


def test_every_key_of_the_file_is_read() -> None:
    """Each entry read has as many fields that are not empty as the file gives it."""
    for entries, read in ((TABLE["frameworks"], FRAMEWORKS), (TABLE["providers"], PROVIDERS)):
        for entry, found in zip(entries, read, strict=True):
            assert len(entry) == sum(bool(value) for value in vars(found).values())


def test_every_name_of_a_service_is_its_alone() -> None:
    names = [name for entry in TABLE["services"]["known"] for name in entry["names"]]
    assert len(names) == len(SERVICES)
    assert SERVICES["outlook.com"] == ("smtp-mail.outlook.com", 587)
    assert '"' in SERVICES_SOURCE


def test_every_name_is_a_plain_one() -> None:
    for entry in ENTRIES:
        for value in vars(entry).values():
            for name in value if isinstance(value, tuple) else ():
                assert not isinstance(name, str) or plain_name(name) == name


def test_each_framework_stands_once() -> None:
    names = Counter(entry.name for entry in ENTRIES)
    assert [name for name, count in names.items() if count > 1] == []


def test_each_source_has_a_title() -> None:
    for entry in ENTRIES:
        assert re.search(r'"[^"]+"|repository|README|package', entry.source), entry.name


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("SMTP_HOST", "SMTP_HOST"),
        ("Smtp__Host", "SMTP_HOST"),
        ("smtp.host", "SMTP_HOST"),
        ("smtpHost", "SMTP_HOST"),
        ("SMTPHost", "SMTP_HOST"),
        ("mail__options__host", "MAIL_OPTIONS_HOST"),
        ("EmailSettings__SmtpServer", "EMAIL_SETTINGS_SMTP_SERVER"),
        ("N8N_SMTP_HOST", "N_8_N_SMTP_HOST"),
        ("SendGrid__ApiKey", "SENDGRID_API_KEY"),
        ("MailGun:Region", "MAILGUN_REGION"),
        ("MySendInBlueKey", "MY_SENDINBLUE_KEY"),
        ("_", ""),
    ],
)
def test_nested_and_joined_words_are_the_same(name: str, plain: str) -> None:
    assert plain_name(name) == plain
