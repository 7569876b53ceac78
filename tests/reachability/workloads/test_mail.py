"""Where a workload sends mail, by the names of its variables and by their values."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reachability import ABSENT, UNKNOWN, Destination, Resource, Settings
from reachability.workloads.environment import Environment
from reachability.workloads.mail import destinations_of, mail_of, names_none, names_server
from reachability.workloads.mail_table import FRAMEWORKS, PROVIDERS

FUNCTION = "aws:lambda/function:Function"
RELAY = "smtp-relay.brevo.com"
DJANGO = {"EMAIL_HOST": RELAY, "EMAIL_HOST_USER": "shop"}


def environment(
    variables: Any, secrets: dict[str, str] | None = None, *, computed: bool = True, region: Any = "us-east-1"
) -> Environment:
    sources = {"environment": ("urn:address",)} if computed else {}
    owner = Resource("urn:send", FUNCTION, "send", {}, dependencies=sources, region=region)
    return Environment(owner, "environment", "environment", variables, secrets or {})


def sent(variables: Any, secrets: dict[str, str] | None = None, **more: Any) -> list[str]:
    settings = more.pop("settings", Settings())
    return [str(found) for found in destinations_of(environment(variables, secrets, **more), settings)]


# By name ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted({name for each in FRAMEWORKS for name in each.hosts}))
def test_each_host_of_the_table_is_found(name: str) -> None:
    (found,) = sent({name: "relay.example.com"})
    assert found.partition(":")[0] == "relay.example.com"


@pytest.mark.parametrize(
    "name", sorted({name for each in FRAMEWORKS for name in each.urls + each.urls_by_value})
)
def test_each_url_of_the_table_is_found(name: str) -> None:
    assert sent({name: "smtp://user:pw@relay.example.com:2525/?x=1"}) == ["relay.example.com:2525"]
    assert sent({name: "https://relay.example.com"}) == []


@pytest.mark.parametrize(
    ("name", "port"), sorted({(f.hosts[0], p) for f in FRAMEWORKS for p in f.ports if f.hosts})
)
def test_each_port_of_the_table_is_found(name: str, port: str) -> None:
    assert sent({name: "relay.example.com", port: "2525"}) == ["relay.example.com:2525"]


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        ({"Smtp__Host": RELAY, "Smtp__Port": "587"}, [f"{RELAY}:587"]),
        ({"EmailSettings__SmtpServer": RELAY, "EmailSettings__SmtpPort": "465"}, [f"{RELAY}:465"]),
        ({"mail__options__host": RELAY, "mail__options__port": "465"}, [f"{RELAY}:465"]),
        ({"APP_EMAIL_HOST": RELAY, "APP_EMAIL_PORT": "465", "EMAIL_PORT": "25"}, [f"{RELAY}:465"]),
        ({"AIRFLOW__SMTP__SMTP_HOST": RELAY, "AIRFLOW__SMTP__SMTP_PORT": "587"}, [f"{RELAY}:587"]),
        ({"GITEA__mailer__SMTP_ADDR": RELAY, "GITEA__mailer__SMTP_PORT": "587"}, [f"{RELAY}:587"]),
        ({"SMTP_SERVER": RELAY, "SMTP_SERVER_PORT": "465"}, [f"{RELAY}:465"]),
        ({"SMTP_HOST": RELAY, "SMTP_PORT": 465.0}, [f"{RELAY}:465"]),
        ({"GF_SMTP_HOST": f"{RELAY}:465"}, [f"{RELAY}:465"]),
        ({"SMTP_ADDR": "[2001:db8::25]:465"}, ["[2001:db8::25]:465"]),
        ({"RELAYHOST": f"[{RELAY}]:587"}, [f"{RELAY}:587"]),
        ({"POSTFIX_RELAYHOST": f"[{RELAY}]"}, [f"{RELAY}:25"]),
        ({"RELAYHOST": f"{RELAY}:465", "PORT": "8080"}, [f"{RELAY}:465"]),
        ({"RELAYHOST": "[2001:db8::25]:587"}, ["[2001:db8::25]:587"]),
        ({"SMTP_HOST": f"[{RELAY}]"}, [f"[{RELAY}]"]),
        ({"MAILHOST": RELAY, "PORT": "8080"}, [RELAY]),
        ({"SMTP_HOST": "smtp://u:p@relay.example.com:465"}, ["relay.example.com:465"]),
        ({"MAILER_DSN": "smtps://u:p@relay.example.com"}, ["relay.example.com:465"]),
        ({"SMTP_URL": "smtp://me@example.org:p@relay.example.com:465"}, ["relay.example.com:465"]),
        ({"SMTP_URL": "smtp://relay.example.com:99999"}, ["relay.example.com"]),
        ({"SMTP_HOST": "ssl://smtp.gmail.com"}, ["smtp.gmail.com:465"]),
        ({"SMTP_HOST": "ssl://smtp.gmail.com", "SMTP_PORT": "2465"}, ["smtp.gmail.com:2465"]),
        ({"SMTP_HOST": "SSL://smtp.gmail.com:8465/", "SMTP_PORT": "2465"}, ["smtp.gmail.com:8465"]),
        ({"MAIL_HOST": "tls://relay.example.com"}, ["relay.example.com"]),
        ({"EMAIL_HOST": "ssl://a.example", "EMAIL_USE_TLS": "1"}, ["a.example:465"]),
        ({"RELAY": "ssl://smtp.gmail.com:465"}, ["smtp.gmail.com:465"]),
        (
            {"MAILER_DSN": "failover(smtps://a.example smtps://b.example:587)"},
            ["a.example:465", "b.example:587"],
        ),
        ({"SMTP_URL": "smtp://relay.example.com"}, ["relay.example.com"]),
        (
            {"GITLAB_OMNIBUS_CONFIG": f"g['smtp_address'] = \"{RELAY}\"; g['smtp_port'] = 465"},
            [f"{RELAY}:465"],
        ),
        ({"SMTP_HOST": RELAY, "MAIL_HOST": RELAY}, [RELAY]),
        ({"GITLAB_OMNIBUS_CONFIG": f"g['smtp_address'] = '{RELAY}'"}, [RELAY]),
        ({"GITLAB_OMNIBUS_CONFIG": "external_url 'https://git.example.com'"}, []),
        ({"MY_APP_DISCOURSE_SMTP_HOST": RELAY, "MY_APP_DISCOURSE_SMTP_PORT_NUMBER": "465"}, [f"{RELAY}:465"]),
        (
            {"MAIL_PORT": "465", "URL": "x", "EMAIL_URL": UNKNOWN, "SMTP_URL": "null://", "MAIL_HOST": RELAY},
            [f"{RELAY}:465"],
        ),
        (
            {"A": "x", "EMAIL_FROM": "smtp.a.example", "B": "smtp.b.example", "C": "smtp.c.example"},
            ["smtp.b.example", "smtp.c.example"],
        ),
        ({"MAIL_MAILER": "custom", "MAIL_HOST": RELAY}, [RELAY]),
        ({"GF_SMTP_HOST": f"{RELAY}:465", "GF_SMTP_ENABLED": "true"}, [f"{RELAY}:465"]),
        ({"GF_SMTP_HOST": f"{RELAY}:465", "GF_SMTP_ENABLED": "0"}, []),
        ({"SMTP_HOST": ""}, []),
        ({"GF_SMTP_HOST": f"{RELAY}:465", "GF_SMTP_ENABLED": "false"}, []),
    ],
)
def test_names_and_forms(variables: dict[str, Any], found: list[str]) -> None:
    assert sent(variables) == found


@pytest.mark.parametrize(
    "variables",
    [
        {"DATABASE_HOST": "db.example.com"},
        {"DB_HOST": UNKNOWN, "REDIS_HOST": UNKNOWN, "HOST": "10.0.0.1", "PORT": "25"},
        {
            "EMAIL_FROM": "shop@smtp.example.com",
            "SMTP_FROM": "smtp.example.com",
            "SMTP_USER": "smtp.example.com",
        },
        {"EMAIL_SERVICE_URL": UNKNOWN, "EMAIL_URL": UNKNOWN, "EMAIL_URL_": "http://mail.internal"},
        {"IMAP_EMAIL_HOST": "imap.example.com", "POP3_MAIL_SERVER": "pop.example.com"},
        {
            "INBOUND_HOST": "inbound-smtp.us-east-1.amazonaws.com",
            "MX": "inbound-smtp.us-east-1.amazonaws.com",
        },
        {"API_KEY": "x", "SEND_GRID": "x", "RESENDING_KEY": "x", "SENDGRID_API_KEY": ""},
        {"CONFIG": "smtp.prod.yaml", "FILE": "smtp.conf", "MODULE": "app.services.smtp.client.send"},
        {"MAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend", "CLASS": "smtp.client.Sender"},
        {"POSTFIX_myhostname": "smtp.example.com", "SHORT": "smtp.local"},
        {"SMTP_TIMEOUT": "10", "SMTP_TLS": "true", "MAILER_DSN": "null://null"},
        {"URL": "https://smtp.example.com/docs", "TEXT": "ask smtp.example.com", "VERSION": "smtp2"},
        {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend", "EMAIL_HOST": RELAY},
        {"MAIL_MAILER": "log", "MAIL_HOST": "smtp.mailtrap.io", "MAIL_PORT": "25"},
    ],
)
def test_what_is_no_mail_server_is_none(variables: dict[str, Any]) -> None:
    assert sent(variables) == []
    assert [found.port_variable for found in mail_of(environment(variables), Settings())] == []


@pytest.mark.parametrize(
    ("variables", "secrets", "computed", "found"),
    [
        ({"EMAIL_HOST": UNKNOWN}, {}, True, ["a host that is not known until the update"]),
        ({"EMAIL_HOST": UNKNOWN}, {}, False, ["a host that is a secret"]),
        ({}, {"EMAIL_HOST": "arn:secret"}, True, ["a host that is a secret"]),
        ({}, {"MAILER_DSN": "arn:secret"}, True, ["a host that is a secret"]),
        ({}, {"EMAIL_URL": "arn:secret"}, True, ["a host that is a secret"]),
        ({"SMTP_HOST": RELAY, "SMTP_PORT": UNKNOWN}, {}, True, [RELAY]),
        ({"SMTP_PORT": "587"}, {"SMTP_HOST": "arn:secret"}, True, ["a host that is a secret:587"]),
        (UNKNOWN, {}, True, ["every public mail host"]),
        (UNKNOWN, {}, False, ["a host that is a secret"]),
    ],
)
def test_what_is_not_known(variables: Any, secrets: dict[str, str], computed: bool, found: list[str]) -> None:
    assert sent(variables, secrets, computed=computed) == found


WORDPRESS = f"define('WPMS_ON', true); define( 'WPMS_SMTP_HOST', '{RELAY}' ); define('WPMS_SMTP_PORT', 2465);"
SPRING = json.dumps({"spring": {"mail": {"username": "u", "host": RELAY, "port": 2465}}})


@pytest.mark.parametrize(
    ("host", "port"),
    [
        ("SMTP_SERVER", "SMTP_PORT"),  # Mastodon
        ("SMTP_HOST", "SMTP_PORT"),  # Nextcloud, Outline, Strapi, Superset, Vaultwarden
        ("GITEA__mailer__SMTP_ADDR", "GITEA__mailer__SMTP_PORT"),
        ("MATOMO_SMTP_HOST", "MATOMO_SMTP_PORT_NUMBER"),
        ("N8N_SMTP_HOST", "N8N_SMTP_PORT"),
        ("MB_EMAIL_SMTP_HOST", "MB_EMAIL_SMTP_PORT"),  # Metabase
        ("AIRFLOW__SMTP__SMTP_HOST", "AIRFLOW__SMTP__SMTP_PORT"),
        ("SMTP_ADDRESS", "SMTP_PORT"),  # Chatwoot
        ("EMAIL_SERVER_HOST", "EMAIL_SERVER_PORT"),  # Cal.com
        ("EMAIL_SMTP_HOST", "EMAIL_SMTP_PORT"),  # Directus
        ("GOTRUE_SMTP_HOST", "GOTRUE_SMTP_PORT"),  # Supabase
        ("WORDPRESS_SMTP_HOST", "WORDPRESS_SMTP_PORT_NUMBER"),
        ("AUTHENTIK_EMAIL__HOST", "AUTHENTIK_EMAIL__PORT"),
        ("ZAMMAD_SMTP_HOST", "ZAMMAD_SMTP_PORT"),
        ("REDMINE_SMTP_HOST", "REDMINE_SMTP_PORT_NUMBER"),
        ("EMAIL_SERVER", "EMAIL_PORT"),  # NetBox
    ],
)
def test_what_self_hosted_programs_document(host: str, port: str) -> None:
    assert sent({host: RELAY, port: "2465"}) == [f"{RELAY}:2465"]
    assert sent({port: "2465"}, {host: "arn:secret"}) == ["a host that is a secret:2465"]


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        ({"ZITADEL_DEFAULTINSTANCE_SMTPCONFIGURATION_SMTP_HOST": f"{RELAY}:2465"}, f"{RELAY}:2465"),
        ({"SSMTP_MAILHUB": f"{RELAY}:2465"}, f"{RELAY}:2465"),
        ({"WORDPRESS_CONFIG_EXTRA": WORDPRESS}, f"{RELAY}:2465"),
        ({"SPRING_APPLICATION_JSON": SPRING}, f"{RELAY}:2465"),
        ({"SPRING_APPLICATION_JSON": json.dumps({"spring.mail.host": RELAY})}, f"{RELAY}:25"),
        ({"COURIER_SMTP_CONNECTION_URI": UNKNOWN}, "a host that is not known until the update"),
        ({"EMAIL_TRANSPORT_DEFAULT_URL": f"smtp://u:p@{RELAY}:2465"}, f"{RELAY}:2465"),
        ({"EMAIL_SERVER": f"smtp://u:p@{RELAY}:2465"}, f"{RELAY}:2465"),
    ],
)
def test_hosts_of_other_forms_that_are_documented(variables: dict[str, Any], found: str) -> None:
    assert sent(variables) == [found]


# Ports that are not set ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("variables", "port", "framework"),
    [
        (DJANGO, 25, "Django"),
        ({"EMAIL_HOST": RELAY}, None, ""),
        ({**DJANGO, "EMAIL_PORT": "587"}, 587, ""),
        ({"SMTP_HOST": RELAY, "DJANGO_SETTINGS_MODULE": "shop.settings"}, 25, "Django"),
        ({"SMTP_ADDRESS": RELAY, "RAILS_ENV": "production"}, 25, "Rails"),
        ({"SMTP_ADDRESS": RELAY}, None, ""),
        ({"MAIL_SERVER": RELAY, "FLASK_APP": "shop"}, 25, "Flask-Mail"),
        ({"SPRING_MAIL_HOST": RELAY}, 25, "Spring Boot"),
        ({"DISCOURSE_SMTP_ADDRESS": RELAY}, 25, "Discourse"),
        ({"SENTRY_EMAIL_HOST": RELAY}, 25, "Sentry"),
        ({"MAILER_DSN": f"smtp://{RELAY}"}, 465, "Symfony"),
        ({"MAILER_URL": f"smtp://{RELAY}"}, 25, "Swift Mailer"),
        ({"N8N_SMTP_HOST": RELAY}, 465, "n8n"),
        ({"AUTHENTIK_EMAIL__HOST": RELAY}, 25, "Authentik"),
        ({"SSMTP_MAILHUB": RELAY}, 25, "sSMTP"),
        ({"MAILER_DSN": f"smtps://{RELAY}"}, 465, ""),
        ({"MAIL_HOST": RELAY}, None, ""),
        ({"mail__options__host": RELAY}, 587, "Ghost"),
        ({"mail__options__host": RELAY, "mail__options__secure": "true"}, 465, "Ghost"),
        ({"EMAIL_TRANSPORT": "smtp", "EMAIL_SMTP_HOST": RELAY}, 587, "Directus"),
        ({"EMAIL_TRANSPORT": "smtp", "EMAIL_SMTP_HOST": RELAY, "EMAIL_SMTP_SECURE": True}, 465, "Directus"),
        ({"SPRING_MAIL_HOST": RELAY, "SPRING_MAIL_PROTOCOL": "smtps"}, 465, "Spring Boot"),
        ({"SPRING_MAIL_HOST": RELAY, "SPRING_MAIL_PROPERTIES_MAIL_SMTP_PORT": "587"}, 587, ""),
        ({**DJANGO, "EMAIL_USE_SSL": "true"}, 25, "Django"),
    ],
)
def test_a_port_is_the_frameworks_where_it_is_known(
    variables: dict[str, Any], port: int | None, framework: str
) -> None:
    (found,) = mail_of(environment(variables), Settings())
    assert found.destination is not None
    assert (found.destination.port, found.default_of) == (port, framework)


@pytest.mark.parametrize(
    ("variables", "ports"),
    [
        ({"MAIL_MAILER": "smtp", "MAIL_HOST": RELAY}, (587, 2525)),
        ({"EMAIL_SERVER": RELAY}, (25, 587)),
        ({"MM_EMAILSETTINGS_SMTPSERVER": RELAY}, (587, 10025)),
        (
            {"DJANGO_SETTINGS_MODULE": "x", "RAILS_ENV": "x", "MAIL_MAILER": "x", "SMTP_HOST": RELAY},
            (25, 587, 2525),
        ),
        ({"SPRING_MAIL_HOST": RELAY, "SPRING_MAIL_PROTOCOL": UNKNOWN}, (25, 465)),
        ({"SMTP_HOST": RELAY, "SMTP_SECURE": "true"}, (465, 587)),
        ({"SMTP_HOST": RELAY, "SHOP_SMTP_SECURITY": "force_tls"}, (465, 587)),
        ({"SMTP_HOST": RELAY, "SMTP_SECURE": "false"}, None),
        ({"SMTP_HOST": RELAY, "SMTP_PORT": "465", "SMTP_TLS_PORT": "2465"}, 465),
        ({"MAIL_HOST": RELAY, "SMTP_PORT": "465"}, (465, 587)),
        ({"MAIL_HOST": RELAY, "SMTP_PORT": "465", "X_SMTP_PORT": "25"}, (25, 465, 587)),
        ({"SMTP_HOST": RELAY, "SHOP_SMTP_PORT": "465"}, (465, 587)),
        ({"SMTP_HOST": RELAY, "SMTP_TLS_PORT": "465"}, (465, 587)),
        ({"PRIMARY_SMTP_HOST": RELAY, "SMTP_PORT": "25"}, (25, 587)),
        ({"OUT": "smtp.example.com", "SMTP_PORT": "465"}, (465, 587)),
        ({"SMTP_URL": "smtp://relay.example.com", "SMTP_PORT": "465"}, (465, 587)),
        ({"SMTP_HOST": "ssl://relay.example.com", "MAIL_PORT": "587"}, (465, 587)),
        ({"SPRING_MAIL_HOST": RELAY, "SMTP_PORT": "587"}, (25, 587)),
        ({"SMTP_URL": "smtps://relay.example.com", "SMTP_PORT": "587"}, 465),
        ({"MAIL_HOST": RELAY, "IMAP_PORT": "993", "PORT": "8080", "SMTP_EXPORT": "1"}, None),
    ],
)
def test_a_port_that_may_be_one_of_several(variables: dict[str, Any], ports: Any) -> None:
    (found,) = (each.destination for each in mail_of(environment(variables), Settings()) if each.destination)
    assert (found.port, found.ports) == ((None, ports) if isinstance(ports, tuple) else (ports, ()))


def test_a_host_may_share_the_port_of_another() -> None:
    """Where it has none before its name, and the other's has nothing there."""
    variables = {"SMTP_HOST": "smtp.a.example", "SMTP_PORT": "465", "BACKUP_SMTP_HOST": "smtp.b.example"}
    shared, own = Destination("smtp.b.example", None, ports=(465, 587)), Destination("smtp.a.example", 465)
    assert destinations_of(environment(variables), Settings()) == (own, shared)
    variables = {"SMTP_HOST": "smtp.a.example", "SMTP_PORT": "465", "MAIL_HOST": "smtp.b.example"}
    assert destinations_of(environment(variables), Settings())[1] == Destination("smtp.b.example", None)


@pytest.mark.parametrize(
    ("variables", "secrets", "found"),
    [
        ({"MAIL_HOST": RELAY, "SMTP_PORT": "587"}, {}, Destination(RELAY, 587)),
        ({"MAIL_HOST": RELAY, "SMTP_PORT": UNKNOWN}, {}, Destination(RELAY, UNKNOWN)),
        ({"MAIL_HOST": RELAY, "SMTP_PORT": "none"}, {}, Destination(RELAY, UNKNOWN)),
        ({"MAIL_HOST": RELAY}, {"SMTP_PORT": "arn:1"}, Destination(RELAY, UNKNOWN, secret_port=True)),
        ({"SMTP_PORT": "465"}, {"MAIL_HOST": "arn:1"}, Destination(UNKNOWN, 465, secret=True)),
        (
            {"SMTP_SECURE": "1"},
            {"MAIL_HOST": "arn:1"},
            Destination(UNKNOWN, None, secret=True, ports=(465, 587)),
        ),
    ],
)
def test_the_port_of_no_host(variables: dict[str, Any], secrets: dict[str, str], found: Destination) -> None:
    assert destinations_of(environment(variables, secrets), Settings()) == (found,)


def test_the_variable_of_a_port_comes_with_its_value() -> None:
    """What the rule about ports reads: nothing of it is known where the port is a secret."""
    (found,) = mail_of(environment({"SMTP_HOST": RELAY, "SMTP_PORT": "465"}), Settings())
    assert (found.port_variable, found.port, found.default_of) == ("SMTP_PORT", "465", "")
    (found,) = mail_of(environment({"SMTP_HOST": RELAY}), Settings())
    assert (found.port_variable, found.port) == ("", ABSENT)
    (found,) = mail_of(environment({"SMTP_PORT": "465"}, {"SMTP_HOST": "arn:secret"}), Settings())
    assert (found.port_variable, found.port) == ("SMTP_PORT", "465")
    (found,) = mail_of(environment({"SMTP_HOST": RELAY}, {"SMTP_PORT": "arn:secret"}), Settings())
    assert found.destination == Destination(RELAY, UNKNOWN, secret_port=True)
    (found,) = mail_of(environment({}, {"SMTP_HOST": "arn:1", "SMTP_PORT": "arn:2"}), Settings())
    assert found.destination == Destination(UNKNOWN, UNKNOWN, secret=True, secret_port=True)
    (found,) = mail_of(environment({}, {"SMTP_PORT": "arn:secret"}), Settings())
    assert (found.destination, found.port) == (None, UNKNOWN)


def test_a_secret_host_has_the_default_port_of_its_framework() -> None:
    (found,) = mail_of(environment({"EMAIL_USE_TLS": "1"}, {"EMAIL_HOST": "arn:secret"}), Settings())
    assert (found.destination, found.default_of) == (Destination(UNKNOWN, 25, secret=True), "Django")


def test_each_server_is_named_once() -> None:
    variables = {
        "SMTP_HOST": "smtp.a.example",
        "MAIL_HOST": "smtp.b.example",
        "C": "smtp.c.example",
        "C_PORT": "465",
    }
    found = mail_of(environment({**variables, "MAIL_PORT": "465", "D": "smtp.d.example"}), Settings())
    assert [str(each.destination) for each in found] == [
        "smtp.a.example",
        "smtp.b.example:465",
        "smtp.c.example:465",
        "smtp.d.example",
    ]


def test_a_url_that_is_not_known_leaves_the_others() -> None:
    variables = {"SMTP_URL": UNKNOWN, "MAILER_DSN": UNKNOWN, "MAIL_HOST": RELAY}
    assert sent(variables) == ["a host that is not known until the update", RELAY]


def test_a_framework_may_have_the_port_behind_the_host() -> None:
    (found,) = mail_of(environment({"GF_SMTP_HOST": f"{RELAY}:587"}), Settings())
    assert (found.destination, found.port_variable) == (Destination(RELAY, 587), "GF_SMTP_HOST")


def test_a_host_that_has_its_port_behind_it_stays_whole() -> None:
    """Most programs take it for a name, and fail."""
    (found,) = mail_of(environment({"SMTP_HOST": f"{RELAY}:587"}), Settings())
    assert found.destination == Destination(f"{RELAY}:587", None)


def test_a_port_without_its_host_is_a_port_alone() -> None:
    (found,) = mail_of(environment({"EMAIL_PORT": "25"}), Settings())
    assert (found.destination, found.port_variable, found.port) == (None, "EMAIL_PORT", "25")


def test_the_port_in_a_url_is_that_of_its_variable() -> None:
    (found,) = mail_of(environment({"MAILER_DSN": f"smtp://{RELAY}:25"}), Settings())
    assert (found.port_variable, found.port) == ("MAILER_DSN", 25)


# By value -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        ({"RELAY": "smtp.example.com", "RELAY_PORT": "465"}, ["smtp.example.com:465"]),
        (
            {"OUT_HOST": "email-smtp.us-east-1.amazonaws.com", "OUT_PORT": "587"},
            ["email-smtp.us-east-1.amazonaws.com:587"],
        ),
        ({"RELAY": "smtp.office365.com:587"}, ["smtp.office365.com:587"]),
        ({"RELAY": RELAY.upper()}, [RELAY.upper()]),
        ({"RELAY": "in-v3.mailjet.com"}, ["in-v3.mailjet.com"]),
        ({"RELAY": "in-v3.mailjet.com."}, ["in-v3.mailjet.com."]),
        ({"OUT_MAIL_RELAY": "smtp.example.com", "OUT_MAIL_PORT": "465"}, ["smtp.example.com:465"]),
        ({"OUT": "smtp.example.com", "OUT_PORT": "465", "X": "1"}, ["smtp.example.com:465"]),
        ({"NOTIFY": "smtps://u:p@relay.example.com"}, ["relay.example.com:465"]),
        ({"NOTIFY": "email.eu-west-1.amazonaws.com"}, ["email.eu-west-1.amazonaws.com:443"]),
        ({"ENDPOINT": "https://email.eu-west-1.amazonaws.com"}, ["email.eu-west-1.amazonaws.com:443"]),
        ({"ENDPOINT": "https://api.sendgrid.com/v3/mail/send"}, ["api.sendgrid.com:443"]),
    ],
)
def test_a_value_that_is_a_mail_server(variables: dict[str, Any], found: list[str]) -> None:
    assert sent(variables) == found


# By API -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "host"), sorted({(key, p.api_host("us-east-1")) for p in PROVIDERS for key in p.keys})
)
def test_each_key_of_the_table_is_its_providers_host(key: str, host: str) -> None:
    assert sent({key: "x"}) == [f"{host}:443"]
    assert sent({}, {key: "arn:secret"}) == [f"{host}:443"]


@pytest.mark.parametrize(
    ("variables", "region", "found"),
    [
        ({"AWS_SES_REGION": "eu-west-1"}, "us-east-1", ["email.eu-west-1.amazonaws.com:443"]),
        ({"AWS_SES_REGION_NAME": UNKNOWN}, "us-east-1", ["email.us-east-1.amazonaws.com:443"]),
        (
            {"AWS_SES_REGION_ENDPOINT": "email.eu-west-1.amazonaws.com"},
            "us-east-1",
            ["email.eu-west-1.amazonaws.com:443"],
        ),
        ({"MAIL_MAILER": "ses", "MAIL_HOST": RELAY}, "us-east-1", ["email.us-east-1.amazonaws.com:443"]),
        (
            {"MAIL_MAILER": "ses", "AWS_DEFAULT_REGION": "eu-west-3"},
            UNKNOWN,
            ["email.eu-west-3.amazonaws.com:443"],
        ),
        ({"EMAIL_BACKEND": "django_ses.SESBackend"}, "us-east-1", ["email.us-east-1.amazonaws.com:443"]),
        ({"EMAIL_BACKEND": "anymail.backends.mailgun.EmailBackend"}, "us-east-1", ["api.mailgun.net:443"]),
        (
            {"MAIL_MAILER": "ses", "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "eu-west-1"},
            "us-east-1",
            ["email.eu-west-1.amazonaws.com:443"],
        ),
        (
            {"SES_REGION": UNKNOWN, "AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "us-east-1"},
            "us-east-1",
            ["email.eu-west-1.amazonaws.com:443", "email.us-east-1.amazonaws.com:443"],
        ),
        ({"MAIL_MAILER": "ses"}, UNKNOWN, []),
        (
            {"EMAIL_BACKEND": "django_ses.SESBackend", "AWS_SES_REGION_NAME": "eu-west-1"},
            "us-east-1",
            ["email.eu-west-1.amazonaws.com:443"],
        ),
        (
            {
                "EMAIL_BACKEND": "django_ses.SESBackend",
                "AWS_SES_REGION_ENDPOINT": "email-fips.us-west-2.api.aws",
            },
            "us-east-1",
            ["email-fips.us-west-2.api.aws:443"],
        ),
        ({"MAIL_MAILER": "smtp", "MAIL_HOST": RELAY}, "us-east-1", [RELAY]),
        (
            {"AWS_SES_ACCESS_KEY_ID": "x", "AWS_SES_REGION_NAME": "eu-west-1"},
            "us-east-1",
            ["email.eu-west-1.amazonaws.com:443"],
        ),
        (
            {"AWS_SES_ACCESS_KEY_ID": "x", "AWS_SES_ENDPOINT": "https://email.eu-west-1.amazonaws.com"},
            "us-east-1",
            ["email.eu-west-1.amazonaws.com:443"],
        ),
        (
            {"EMAIL_TRANSPORT": "ses", "EMAIL_SMTP_HOST": RELAY},
            "us-east-1",
            ["email.us-east-1.amazonaws.com:443"],
        ),
        (
            {"MAILER_DSN": "ses+api://K:S@default?region=eu-west-2"},
            "us-east-1",
            ["email.eu-west-2.amazonaws.com:443"],
        ),
        ({"MAILER_DSN": "ses+smtps://K:S@"}, "us-east-1", ["email-smtp.eu-west-1.amazonaws.com:465"]),
        ({"SENDGRID_API_KEY": "x", "BREVO_KEY": "x"}, UNKNOWN, ["api.brevo.com:443", "api.sendgrid.com:443"]),
        ({"SES_REGION": UNKNOWN}, UNKNOWN, []),
        ({"MAILER_DSN": "ses+smtp://K:S@default"}, "us-east-1", ["email-smtp.eu-west-1.amazonaws.com:465"]),
        ({"MAILER_DSN": "sendgrid+api://KEY@default"}, "us-east-1", ["api.sendgrid.com:443"]),
        ({"MAILER_DSN": "mailgun+https://KEY:D@api.eu.mailgun.net"}, "us-east-1", ["api.eu.mailgun.net:443"]),
        ({"MAILER_DSN": "postmark+smtp://ID@default"}, "us-east-1", ["smtp.postmarkapp.com:587"]),
    ],
)
def test_a_chosen_provider(variables: dict[str, Any], region: Any, found: list[str]) -> None:
    assert sent(variables, region=region) == found


@pytest.mark.parametrize(
    ("variables", "secrets", "found"),
    [
        ({"SMTP_HOST": "smtp.sendgrid.net", "SENDGRID_API_KEY": "x"}, {}, ["smtp.sendgrid.net"]),
        (
            {"SMTP_HOST": "email-smtp.eu-west-1.amazonaws.com", "SES_REGION": "eu-west-1"},
            {},
            ["email-smtp.eu-west-1.amazonaws.com"],
        ),
        ({"SENDGRID_API_KEY": "x"}, {"SMTP_HOST": "arn:secret"}, ["a host that is a secret"]),
        ({"SMTP_HOST": RELAY, "SENDGRID_API_KEY": "x"}, {}, [RELAY, "api.sendgrid.com:443"]),
    ],
)
def test_a_key_may_be_the_password_of_smtp(
    variables: dict[str, Any], secrets: dict[str, str], found: list[str]
) -> None:
    assert sent(variables, secrets) == found


# Options ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("variables", "by"),
    [
        ({"MAIL_MAILER": "log", "MAIL_HOST": RELAY}, "MAIL_MAILER"),
        ({"EMAIL_BACKEND": "a.console.EmailBackend", "EMAIL_HOST": RELAY}, "EMAIL_BACKEND"),
        ({"GF_SMTP_ENABLED": "false", "GF_SMTP_HOST": RELAY}, "GF_SMTP_ENABLED"),
        ({"MAIL_MAILER": "log"}, None),
        ({"MAIL_MAILER": "smtp"}, None),
        (UNKNOWN, None),
    ],
)
def test_what_switches_smtp_off_is_named(variables: Any, by: str | None) -> None:
    reason = names_none([environment(variables)], Settings())
    start = "no variable names a mail host" if by is None else f"{by} says that mail is not sent by SMTP"
    assert reason.startswith(start)


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({"EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend", "EMAIL_HOST": ""}, "localhost"),
        ({"EMAIL_BACKEND": "a.console.EmailBackend"}, "no variable names a mail host"),
        ({"MAIL_MAILER": "smtp"}, "no variable names a mail host"),
    ],
)
def test_a_host_that_is_left_to_its_default_is_said(variables: dict[str, str], says: str) -> None:
    reason = names_none([environment(variables)], Settings())
    assert says in reason
    assert ("EMAIL_BACKEND chooses SMTP" in reason) is (says == "localhost")


@pytest.mark.parametrize(
    ("dsn", "found"),
    [
        ("gmail+smtp://u:p@default", "smtp.gmail.com:465"),
        ("gmail://u:p@default", "smtp.gmail.com:465"),
        ("mailtrap+api://K@default", "send.api.mailtrap.io:443"),
        ("mailersend+smtp://u:p@default", "smtp.mailersend.net:587"),
    ],
)
def test_the_bridges_of_symfony_name_their_hosts(dsn: str, found: str) -> None:
    assert sent({"MAILER_DSN": dsn}) == [found]


@pytest.mark.parametrize(
    ("dsn", "found"),
    [
        ("infobip+api://KEY@abc.api.infobip.com", ["abc.api.infobip.com:443"]),
        ("sweego+smtps://u:p@relay.example.com", ["relay.example.com:465"]),
        ("ahasend+smtp://u:p@relay.example.com:2525", ["relay.example.com:2525"]),
        ("infobip+api://KEY@default", []),
        ("sendmail://default", []),
    ],
)
def test_the_dsn_of_a_sender_that_is_not_known(dsn: str, found: list[str]) -> None:
    variables = {"MAILER_DSN": dsn}
    assert sent(variables) == found
    unknown = names_none([environment(variables)], Settings()).startswith("MAILER_DSN names a sender")
    assert unknown is not dsn.startswith("sendmail")
    assert sent({"OTHER": dsn}) == []


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"EMAIL_SERVICE": "acme"}, True),
        ({"SMTP_SERVICE": "Our SES"}, True),
        ({"PAYMENT_SERVICE": "x"}, False),
    ],
)
def test_a_service_that_is_named_alone_is_said(variables: dict[str, str], named: bool) -> None:
    assert sent(variables) == []
    assert ("names a sender" in names_none([environment(variables)], Settings())) is named


def test_options_extend_the_table() -> None:
    settings = Settings(host_variables=("POSTBOX", "SMTP_HOST"), port_variables=("POSTBOX_DOOR",))
    variables = {
        "POSTBOX": "a.example.com",
        "POSTBOX_DOOR": "465",
        "MAIL_HOST": "b.example.com",
        "SMTP_HOST": "c.example",
    }
    assert sent(variables, settings=settings) == ["a.example.com:465", "c.example", "b.example.com"]
    (found,) = mail_of(environment({"POSTBOX": "a.example.com"}), settings)
    assert found.port_variable == ""
    (found,) = mail_of(environment({"POSTBOX": "a.example.com", "POSTBOX_PORT": "465"}), settings)
    assert found.destination == Destination("a.example.com", 465)


def test_options_take_variables_out_of_the_table() -> None:
    settings = Settings(ignored_variables=("MAIL_HOST", "MAIL_PORT", "RELAY"))
    variables = {"MAIL_HOST": "b.example.com", "MAIL_PORT": "25", "RELAY": "smtp.example.com"}
    assert mail_of(environment(variables), settings) == ()


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("SMTP_HOST", True),
        ("Mail__Port", True),
        ("SMTP_URL", False),
        ("SENDGRID_API_KEY", False),
        ("X", False),
    ],
)
def test_names_of_servers_hold_no_password(name: str, kept: bool) -> None:
    assert names_server(name) is kept
