"""What `mailroute apply-settings` is given: settings, outputs of a stack, and journals."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from components.stack.mail_path import HOST, PASSWORD, PORT, USER
from mailroute.settings_update.settings import Plain, Secret, of_outputs
from tests.evidence.conftest import Command
from tests.settings_update.apprunner_api import (
    ARN,
    CONNECTOR,
    OLD_CONNECTOR,
    SECRET,
    Account,
    code_service,
    image_service,
)
from tests.settings_update.wanted import settled

SES_HOST = "email-smtp.us-east-1.amazonaws.com"
RELAY = SECRET.replace("mail-", "relay-")


# What a stack puts out


@pytest.mark.parametrize(
    ("outputs", "settings"),
    [
        (
            {"smtpHost": SES_HOST, "smtpPort": 587, "smtpSecretArn": SECRET, "relaySecretArn": RELAY},
            {
                HOST: Plain(SES_HOST),
                PORT: Plain("587"),
                USER: Secret(f"{SECRET}:username::"),
                PASSWORD: Secret(f"{SECRET}:password::"),
            },
        ),
        (
            {
                "smtpHost": "smtp-relay.brevo.com",
                "smtpPort": "465",
                "smtpSecretArn": SECRET,
                "relaySecretArn": RELAY,
                "vpcConnectorArn": CONNECTOR,
                "natPublicIps": ["203.0.113.9"],
            },
            {
                HOST: Plain("smtp-relay.brevo.com"),
                PORT: Plain("465"),
                USER: Secret(f"{RELAY}:username::"),
                PASSWORD: Secret(f"{RELAY}:password::"),
            },
        ),
        (
            {"smtpHost": "relay.example.com", "smtpPort": 587.0, "relaySecretArn": None},
            {HOST: Plain("relay.example.com"), PORT: Plain("587")},
        ),
    ],
    ids=["ses", "relay", "relay without sign-in"],
)
def test_the_outputs_of_a_stack_are_settings(outputs: dict[str, Any], settings: dict[str, Any]) -> None:
    assert of_outputs(outputs) == settings


def test_what_a_stack_puts_out_is_applied(
    account: Account, mailroute: Command, journal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outputs = {"smtpHost": SES_HOST, "smtpPort": 587, "smtpSecretArn": SECRET, "serviceUrl": "https://x"}
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(outputs)))

    result = mailroute(
        *("apply-settings", "--service", "shop", "--settings", "-", "--set", "SMTP_PORT=2587"),
        *("--journal", journal),
    )

    assert result.returncode == 0, result.stderr
    assert account.variables()["SMTP_HOST"] == SES_HOST
    assert account.variables()["SMTP_PORT"] == "2587"
    assert account.secrets()["SMTP_PASS"] == f"{SECRET}:password::"
    assert account.connector() == OLD_CONNECTOR


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{}", "smtpHost: None is not the name of a host: give the outputs of a stack"),
        ('{"smtpHost": "[secret]", "smtpPort": 587}', "smtpHost: '[secret]' is not the name of a host"),
        ('{"smtpHost": "a.example", "smtpPort": true}', "smtpPort: True is not a port"),
        ('{"smtpHost": "a.example", "smtpPort": 0}', "smtpPort: 0 is not a port"),
        (
            '{"smtpHost": "a.example", "smtpPort": 1, "relaySecretArn": "[secret]"}',
            "relaySecretArn: SMTP_USER: what is given is not the ARN of a secret",
        ),
        ('{"smtpHost": "a.example", "smtpPort": 25}', "smtpPort: '25' is port 25, which AWS blocks"),
        ('{"smtpHost": "a.example", "smtpPort": 99999}', "smtpPort: 99999 is not a port"),
        (f'{{"smtpHost": "{SES_HOST}", "smtpPort": 587}}', "smtpSecretArn: missing: email-smtp.us-east-1."),
        (
            f'{{"smtpHost": "{SES_HOST}", "smtpPort": 587, "smtpSecretArn": {{"arn": "hunter3"}}}}',
            f"smtpSecretArn: not the ARN of a secret: {SES_HOST} takes mail with credentials of its own",
        ),
        (
            '{"smtpHost": "a.example", "smtpPort": 587, "relaySecretArn": []}',
            "relaySecretArn: not the ARN of a secret",
        ),
        ("[1]", "is not what 'pulumi stack output --json' prints, an object"),
        ("{", "outputs.json:1:2: not JSON"),
    ],
)
def test_wrong_outputs_are_one_line(
    text: str, said: str, account: Account, mailroute: Command, journal: Path, tmp_path: Path
) -> None:
    file = tmp_path / "outputs.json"
    file.write_text(text)

    result = mailroute("apply-settings", "--service", "shop", "--settings", file, "--journal", journal)

    assert result.returncode == 2
    assert said in result.stderr
    assert "hunter3" not in result.stderr
    assert result.stderr.count("\n") == 1
    assert account.calls == []


# Arguments


SET = ("--set", "SMTP_PORT=465")
NAMED = ("--service", "shop")
TO_SES = ("--set", f"SMTP_HOST={SES_HOST}")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (SET, "name a --service"),
        (NAMED, "name a --service, and --settings, --set, --secret, --unset or --connector"),
        ((*NAMED, *SET), "name a --journal, which keeps the old settings, or give --dry-run"),
        ((*NAMED, *SET, *SET, "--dry-run"), "given more than once: SMTP_PORT"),
        ((*NAMED, *SET, "--secret", f"SMTP_PORT={SECRET}", "--dry-run"), "given more than once: SMTP_PORT"),
        ((*NAMED, "--undo", "shop.json"), "--undo takes all from the journal"),
        (
            ("--undo", "nowhere.json"),
            "nowhere.json: cannot be used as the journal: No such file or directory",
        ),
        ((*NAMED, "--connector", "vpc-1", "--dry-run"), "VPC connector: 'vpc-1' is not the ARN of one"),
        (
            (*NAMED, "--connector", CONNECTOR.replace("us-east-1", "eu-west-1"), "--dry-run"),
            "is not of the service's region and account, us-east-1 and 123456789012",
        ),
        ((*NAMED, "--connector", "stack", "--dry-run"), "VPC connector: --settings names no vpcConnectorArn"),
        ((*NAMED, "--unset", "A B", "--dry-run"), "'A B' is not the name of a variable"),
        ((*NAMED, *SET, "--unset", "SMTP_PORT", "--dry-run"), "given more than once: SMTP_PORT"),
        (
            (*NAMED, *TO_SES, "--set", "SMTP_PORT=2525", "--dry-run"),
            "SMTP_PORT: '2525' is no port of email-smtp",
        ),
        (
            (*NAMED, *TO_SES, "--dry-run"),
            "SMTP_HOST: email-smtp.us-east-1.amazonaws.com takes mail with cred",
        ),
        ((*NAMED, "--set", "SMTP_PORT=25", "--dry-run"), "SMTP_PORT: '25' is port 25, which AWS blocks"),
        ((*NAMED, "--set", "MAIL_HOST=a.example:25", "--dry-run"), "MAIL_HOST: 'a.example:25' is port 25"),
        ((*NAMED, "--set", "A B=1", "--dry-run"), "'A B' is not the name of a variable"),
        (
            ("--service", "arn:aws:s3:::x", *SET, "--dry-run"),
            "'arn:aws:s3:::x' is not the ARN of an App Runner",
        ),
        (
            ("--service", ARN, "--region", "eu-west-1", *SET, "--dry-run"),
            "is not in eu-west-1: leave out --region",
        ),
        (
            ("--service", "shopp", *SET, "--dry-run"),
            "shopp: us-east-1 has no App Runner service of that name",
        ),
        (
            (*NAMED, *SET, "--journal", "/dev/null"),
            "/dev/null: cannot be used as the journal: not a regular file",
        ),
        ((*NAMED, *SET, "--dry-run", "--timeout", "0"), "0 is not in the range"),
    ],
)
def test_a_wrong_argument_is_one_line(
    arguments: tuple[str, ...], said: str, account: Account, mailroute: Command
) -> None:
    result = mailroute("apply-settings", *arguments)

    assert (result.returncode, result.stdout) == (2, "")
    assert said in result.stderr
    assert result.stderr.count("\n") == 1
    assert account.updates == []
    assert Path("/dev/null").exists()


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--set", "SMTP_PASS=hunter3"),
        ("--set", "SENDGRID_API_KEY=hunter3"),
        ("--set", "Smtp__Password=hunter3"),
        ("--set", "MAIL_TOKEN=hunter3"),
        ("--set", "MAILER_DSN=smtp://me:hunter3@relay.example.com"),
        ("--set", "MAILER_DSN=smtp://me:hunter3/@relay.example.com"),
        ("--set", "MAILER_DSN=smtp://relay.example.com?user=me&password=hunter3"),
        ("--set", "EMAIL_SERVER=me:hunter3@relay.example.com:587"),
        ("--set", "SMTP_HOST={'pass': 'hunter3'}"),
        ("--set", "SMTP_PORT=hunter3"),
        ("--secret", "SMTP_PASS=hunter3"),
    ],
)
def test_a_secret_in_clear_is_refused_and_not_repeated(
    option: str, value: str, account: Account, mailroute: Command, journal: Path
) -> None:
    result = mailroute("apply-settings", *NAMED, option, value, "--journal", journal)

    assert result.returncode == 2
    assert "hunter3" not in result.stderr
    assert result.stderr.count("\n") == 1
    assert account.calls == []


# What goes together


@pytest.mark.parametrize(
    ("connector", "expected"),
    [("stack", CONNECTOR), ("keep", OLD_CONNECTOR), (CONNECTOR, CONNECTOR), (None, None)],
)
def test_whose_connector_goes_with_a_stacks_endpoint_is_said(
    connector: str | None,
    expected: str | None,
    account: Account,
    mailroute: Command,
    journal: Path,
    tmp_path: Path,
) -> None:
    """The endpoint's security group lets in the stack's own connector."""
    outputs = {"smtpHost": SES_HOST, "smtpPort": 587, "smtpSecretArn": SECRET, "vpcConnectorArn": CONNECTOR}
    file = tmp_path / "outputs.json"
    file.write_text(json.dumps(outputs))
    given = ("--connector", connector) if connector else ()

    result = mailroute("apply-settings", *NAMED, "--settings", file, *given, "--journal", journal)

    assert result.returncode == (2 if expected is None else 0)
    assert account.connector() == (expected or OLD_CONNECTOR)
    if expected is None:
        assert "give --connector stack, once its destinations let out all that the service" in result.stderr
        assert account.updates == []


def test_credentials_of_ses_are_not_sent_to_a_relay(
    account: Account, mailroute: Command, journal: Path
) -> None:
    environment = account.service["SourceConfiguration"]["ImageRepository"]["ImageConfiguration"]
    environment["RuntimeEnvironmentVariables"]["SMTP_HOST"] = SES_HOST
    environment["RuntimeEnvironmentSecrets"] = {"SMTP_PASS": f"{SECRET}:password::"}
    before = settled(account.service)
    change = (*NAMED, "--set", "SMTP_HOST=relay.example.com", "--journal", journal)

    refused = mailroute("apply-settings", *change)

    assert refused.returncode == 2
    assert f"SMTP_PASS: is of {SES_HOST}, and would be sent to the new SMTP_HOST" in refused.stderr
    assert account.updates == []
    assert mailroute("apply-settings", *change, "--unset", "SMTP_PASS").returncode == 0
    assert account.secrets() == {}
    assert mailroute("apply-settings", "--undo", journal).returncode == 0
    assert settled(account.service) == before


# What was there before


def plain_password(account: Account) -> None:
    environment = account.service["SourceConfiguration"]["ImageRepository"]["ImageConfiguration"]
    environment["RuntimeEnvironmentVariables"]["SMTP_PASS"] = "hunter4"


def test_an_old_secret_in_clear_is_kept_only_when_allowed(
    account: Account, mailroute: Command, journal: Path
) -> None:
    plain_password(account)
    before = settled(account.service)
    change = (*NAMED, "--secret", f"SMTP_PASS={SECRET}:password::", "--journal", journal)

    refused = mailroute("apply-settings", *change)

    assert refused.returncode == 2
    assert "allow that with --keep-plain SMTP_PASS" in refused.stderr
    assert "a plain value, not shown" in refused.stdout
    assert account.updates == []
    assert not journal.exists()

    allowed = mailroute("apply-settings", *change, "--keep-plain", "SMTP_PASS")

    assert allowed.returncode == 0
    assert account.secrets()["SMTP_PASS"] == f"{SECRET}:password::"
    assert "SMTP_PASS" not in account.variables()
    assert "hunter4" in journal.read_text()
    assert mailroute("apply-settings", "--undo", journal).returncode == 0
    assert settled(account.service) == before
    assert "hunter4" not in f"{refused}{allowed}"


def test_an_old_password_beside_a_host_is_not_shown(
    account: Account, mailroute: Command, journal: Path
) -> None:
    environment = account.service["SourceConfiguration"]["ImageRepository"]["ImageConfiguration"]
    environment["RuntimeEnvironmentVariables"]["EMAIL_SERVER"] = "smtp://AKIAX:hun/ter4@relay.example.com"
    change = (*NAMED, "--set", "EMAIL_SERVER=relay.example.com", "--journal", journal)

    result = mailroute("apply-settings", *change)

    assert result.returncode == 2
    assert "allow that with --keep-plain EMAIL_SERVER" in result.stderr
    assert "ter4" not in f"{result}"
    assert not journal.exists()


def test_a_private_relay_may_listen_on_port_25(account: Account, mailroute: Command) -> None:
    result = mailroute("apply-settings", *NAMED, "--set", "SMTP_HOST=[10.0.0.5]:25", "--dry-run")

    assert (result.returncode, result.stderr) == (0, "")
    assert "    + [10.0.0.5]:25\n" in result.stdout


def test_a_dry_run_changes_nothing(account: Account, mailroute: Command, journal: Path) -> None:
    result = mailroute(
        *("apply-settings", *NAMED, *SET, "--set", "SMTP_HOST=smtp-relay.brevo.com"),
        *("--secret", f"SMTP_USER={SECRET}:username::", "--connector", CONNECTOR, "--dry-run"),
        *("--journal", journal),
    )

    assert result.returncode == 0
    assert result.stdout.splitlines() == [
        f"shop · {ARN}",
        *("  SMTP_PORT", "    - 587", "    + 465"),
        *("  SMTP_USER", "    - not set", f"    + secret {SECRET}:username::"),
        *("  VPC connector", f"    - {OLD_CONNECTOR}", f"    + {CONNECTOR}"),
    ]
    assert account.updates == []
    assert not journal.exists()


def test_a_dry_run_of_an_undoing_shows_what_is_put_back(
    account: Account, mailroute: Command, journal: Path
) -> None:
    assert mailroute("apply-settings", *NAMED, *SET, "--journal", journal).returncode == 0

    result = mailroute("apply-settings", "--undo", journal, "--dry-run")

    assert result.stdout.splitlines()[1:] == ["  SMTP_PORT", "    - 465", "    + 587"]
    assert len(account.updates) == 1


def test_an_environment_in_the_repository_is_not_set(
    account: Account, mailroute: Command, journal: Path
) -> None:
    account.service = code_service("REPOSITORY")

    refused = mailroute("apply-settings", *NAMED, *SET, "--journal", journal)

    assert refused.returncode == 2
    assert "SMTP_PORT: shop takes its environment from apprunner.yaml in its repository" in refused.stderr
    assert account.updates == []
    done = mailroute("apply-settings", *NAMED, "--connector", CONNECTOR, "--journal", journal)
    assert done.returncode == 0
    assert set(account.updates[0]) == {"ServiceArn", "NetworkConfiguration"}
    assert account.connector() == CONNECTOR


# Journals


def test_a_journal_of_something_else_is_refused(account: Account, mailroute: Command, journal: Path) -> None:
    assert mailroute("apply-settings", *NAMED, *SET, "--journal", journal).returncode == 0
    written = journal.read_text()

    other = mailroute("apply-settings", *NAMED, "--set", "SMTP_PORT=2465", "--journal", journal)
    journal.write_text(written.replace(ARN, ARN.replace("shop", "mail")))
    elsewhere = mailroute("apply-settings", *NAMED, *SET, "--journal", journal)

    assert (other.returncode, elsewhere.returncode) == (2, 2)
    assert f"{journal}: is the journal of other settings (SMTP_PORT; applied)" in other.stderr
    assert f"{journal}: is the journal of {ARN.replace('shop', 'mail')}" in elsewhere.stderr
    assert len(account.updates) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", ": 1:2: not JSON"),
        ("{}", ": the document is not as in a journal of 'mailroute apply-settings', version 1"),
        ('{"state": 1, "state": 2}', "the key 'state' stands there twice"),
        ("\udcff", ": is no journal: it is not UTF-8"),
    ],
)
def test_a_file_that_is_no_journal_stays(
    text: str, said: str, account: Account, mailroute: Command, journal: Path
) -> None:
    content = text.encode(errors="surrogateescape")
    journal.write_bytes(content)

    for arguments in ((*NAMED, *SET, "--journal"), ("--undo",)):
        result = mailroute("apply-settings", *arguments, journal)

        assert result.returncode == 2
        assert f"{journal}{said}" in result.stderr or said in result.stderr
        assert result.stderr.count("\n") == 1
    assert journal.read_bytes() == content
    assert account.updates == []


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("version", 2),
        ("state", "done"),
        ("serviceArn", "shop"),
        ("changes", {}),
        ("changes", {"A": {"before": {"value": 1}, "after": None}}),
        ("changes", {"A": {"before": {"value": "x", "valueFrom": "y"}, "after": None}}),
        ("update", {"knownOperations": "all", "operation": None}),
        ("extra", 1),
    ],
)
def test_a_journal_that_was_edited_is_refused(
    key: str, value: Any, account: Account, mailroute: Command, journal: Path
) -> None:
    assert mailroute("apply-settings", *NAMED, *SET, "--journal", journal).returncode == 0
    journal.write_text(json.dumps({**json.loads(journal.read_text()), key: value}))

    result = mailroute("apply-settings", "--undo", journal)

    assert result.returncode == 2
    assert "is not as in a journal of 'mailroute apply-settings', version 1" in result.stderr
    assert len(account.updates) == 1


def test_without_a_journal_nothing_is_changed(account: Account, mailroute: Command, journal: Path) -> None:
    (journal.parent / f"{journal.name}.part").mkdir()

    result = mailroute("apply-settings", *NAMED, *SET, "--journal", journal)

    assert result.returncode == 2
    assert f"{journal}: cannot be written: Is a directory" in result.stderr
    assert account.updates == []
    assert settled(account.service) == settled(image_service())
