"""What the command writes goes by the names of the stack's program, which it does not import."""

from __future__ import annotations

import pytest
import yaml

from components.helpers import checks
from components.stack import mail_path
from mailroute.adoption import RELAY_PORT, SMTP_PORT, environment, mail
from mailroute.adoption.destinations import TAKEN
from mailroute.cli import adopt
from tests.adoption.services import ROOT

HOSTS = ("smtp-relay.brevo.com", "10.0.0.5", "relay", "Mail.example.com", "example.com.", "-a.b", "a..b", "")


@pytest.mark.parametrize("host", HOSTS)
def test_a_host_is_what_the_program_takes_for_one(host: str) -> None:
    try:
        checks.domain("relayHost", host)
    except checks.ArgumentError:
        assert not environment.is_host(host)
    else:
        assert environment.is_host(host)


def test_names_and_defaults_are_those_of_the_program() -> None:
    described = yaml.safe_load((ROOT / "Pulumi.yaml").read_text(encoding="utf-8"))["config"]
    assert environment.MAIL_VARIABLES == mail_path.MAIL_VARIABLES
    assert set(TAKEN) == {mail_path.SES, mail_path.RELAY}
    assert adopt.ROUTES == mail.ROUTES
    assert (described["smtpPort"]["default"], described["relayPort"]["default"]) == (SMTP_PORT, RELAY_PORT)
    assert described["mailFromSubdomain"]["default"] == mail.LABELS[0]
