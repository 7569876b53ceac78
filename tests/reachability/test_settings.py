"""What the options of a rule say to the proof."""

from __future__ import annotations

from reachability import Destination, Settings


def test_what_no_option_says_is_as_usual() -> None:
    assert Settings.from_options({}) == Settings()


def test_each_option_is_heard() -> None:
    options = {
        "hostVariables": ["MAIL_HOST", "CHAT_HOST"],
        "portVariables": ["MAIL_PORT"],
        "destinations": [
            {"host": "hooks.example.com", "port": 443},
            {"host": "log.example.com", "port": 514, "optional": True},
        ],
        "addresses": {"hooks.example.com": ["192.0.2.0/24"]},
    }

    assert Settings.from_options(options) == Settings(
        host_variables=("MAIL_HOST", "CHAT_HOST"),
        port_variables=("MAIL_PORT",),
        destinations=(
            Destination("hooks.example.com", 443),
            Destination("log.example.com", 514, optional=True),
        ),
        addresses={"hooks.example.com": ("192.0.2.0/24",)},
    )


def test_a_host_without_a_port_variable_has_none() -> None:
    settings = Settings(host_variables=("MAIL_HOST", "CHAT_HOST"), port_variables=("MAIL_PORT",))

    assert settings.variables == (("MAIL_HOST", "MAIL_PORT"), ("CHAT_HOST", ""))
