"""What the command writes goes by the names of the stack's program, which it does not import."""

from __future__ import annotations

import yaml

from components.stack import mail_path
from mailroute.adoption import SMTP_PORT, environment, mail
from mailroute.adoption.destinations import TAKEN
from mailroute.cli import adopt
from tests.adoption.services import ROOT


def test_names_and_defaults_are_those_of_the_program() -> None:
    described = yaml.safe_load((ROOT / "Pulumi.yaml").read_text(encoding="utf-8"))["config"]
    assert environment.MAIL_VARIABLES == mail_path.MAIL_VARIABLES
    assert set(TAKEN) == {mail_path.SES, mail_path.RELAY}
    assert adopt.ROUTES == mail.ROUTES
    assert described["smtpPort"]["default"] == SMTP_PORT
    assert described["mailFromSubdomain"]["default"] == mail.LABELS[0]
