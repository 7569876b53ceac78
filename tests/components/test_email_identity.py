"""EmailIdentity: the identity, its DNS records wherever DNS is, and its events."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from components import EmailIdentity
from components.email_identity import EmailIdentityArgs
from components.helpers.checks import ArgumentError

IDENTITY = "mailroute:index:EmailIdentity::mail"
RECORD = "aws:route53/record:Record"
ZONE = "Z0573219KQ7M4TXB1R8E"


def records(graph: Any) -> list[tuple[str, str, str]]:
    return [
        (one.inputs["type"], one.inputs["name"], one.inputs["records"][0])
        for one in graph.of_type(RECORD)
        if len(one.inputs["records"]) == 1
    ]


def test_route53_gets_every_record_once(register: Callable[..., Any]) -> None:
    graph = register(lambda: EmailIdentity("mail", {"domain": "daadaar.com", "zone_name": "daadaar.com"}))
    assert records(graph) == [
        ("CNAME", "token-a._domainkey.daadaar.com", "token-a.dkim.amazonses.com"),
        ("CNAME", "token-b._domainkey.daadaar.com", "token-b.dkim.amazonses.com"),
        ("CNAME", "token-c._domainkey.daadaar.com", "token-c.dkim.amazonses.com"),
        ("TXT", "_dmarc.daadaar.com", "v=DMARC1; p=none"),
        ("MX", "bounce.daadaar.com", "10 feedback-smtp.us-east-1.amazonses.com"),
        ("TXT", "bounce.daadaar.com", "v=spf1 include:amazonses.com ~all"),
    ]
    assert {one.inputs["zoneId"] for one in graph.of_type(RECORD)} == {ZONE}
    assert graph.outputs[IDENTITY]["recordsToPublish"] == []
    assert graph.outputs[IDENTITY]["dns"] == "route53"


def test_the_identity_signs_with_easy_dkim_and_its_own_mail_from(register: Callable[..., Any]) -> None:
    args: EmailIdentityArgs = {
        "domain": "daadaar.com",
        "zone_id": ZONE,
        "mail_from_subdomain": "returns",
    }
    graph = register(lambda: EmailIdentity("mail", args))
    identity = graph.one("aws:sesv2/emailIdentity:EmailIdentity")
    assert identity.inputs == {
        "emailIdentity": "daadaar.com",
        "dkimSigningAttributes": {"nextSigningKeyLength": "RSA_2048_BIT"},
        "tags": {"Name": "test-mail", "pulumi:project": "mailroute", "pulumi:stack": "test"},
    }
    mail_from = graph.one("aws:sesv2/emailIdentityMailFromAttributes:EmailIdentityMailFromAttributes")
    assert mail_from.inputs == {
        "emailIdentity": "daadaar.com",
        "mailFromDomain": "returns.daadaar.com",
        "behaviorOnMxFailure": "USE_DEFAULT_VALUE",
    }
    [mx] = [each.key for each in graph.of_type(RECORD) if each.name.startswith("mail-mail-from-mx-")]
    assert {mx, identity.key} <= mail_from.dependencies


def test_what_depends_on_it_waits_for_the_verification(register: Callable[..., Any]) -> None:
    args: EmailIdentityArgs = {"domain": "daadaar.com", "zone_id": ZONE, "verification_minutes": 45}
    graph = register(lambda: EmailIdentity("mail", args))
    wait = graph.one("aws:ses/domainIdentityVerification:DomainIdentityVerification")
    assert wait.inputs == {"domain": "daadaar.com"}
    assert wait.creation_timeout == "45m"
    assert {f"{RECORD}::mail-dkim-{position}" for position in range(3)} <= wait.dependencies


@pytest.mark.parametrize("minutes", [0, 1441, 1.5, "30"])
def test_a_wait_has_a_limit(register: Callable[..., Any], minutes: Any) -> None:
    args: EmailIdentityArgs = {"domain": "daadaar.com", "zone_id": ZONE, "verification_minutes": minutes}
    with pytest.raises(
        ArgumentError, match=r"verification_minutes is .* must be a whole number from 1 to 1440"
    ):
        register(lambda: EmailIdentity("mail", args))


def test_a_preview_has_three_dkim_records_of_the_identity(
    register: Callable[..., Any],
) -> None:
    graph = register(lambda: EmailIdentity("mail", {"domain": "daadaar.com", "zone_id": ZONE}), preview=True)
    dkim = [one for one in graph.of_type(RECORD) if one.inputs["type"] == "CNAME"]
    assert [one.name for one in dkim] == ["mail-dkim-0", "mail-dkim-1", "mail-dkim-2"]
    for record in dkim:
        for name in ("name", "records"):
            assert record.property_dependencies[name] == {"aws:sesv2/emailIdentity:EmailIdentity::mail"}


def test_a_subdomain_in_its_parents_zone(register: Callable[..., Any]) -> None:
    args: EmailIdentityArgs = {"domain": "news.daadaar.com", "zone_name": "daadaar.com"}
    graph = register(lambda: EmailIdentity("mail", args))
    assert ("MX", "bounce.news.daadaar.com", "10 feedback-smtp.us-east-1.amazonses.com") in records(graph)


def test_a_zone_that_is_made_in_the_same_program(register: Callable[..., Any]) -> None:
    zone = pulumi.Output.from_input("Z0000000000000000NEW")
    graph = register(lambda: EmailIdentity("mail", {"domain": "daadaar.com", "zone_id": zone}))
    assert {one.inputs["zoneId"] for one in graph.of_type(RECORD)} == {"Z0000000000000000NEW"}


def test_external_dns_registers_no_record_and_hands_them_out(register: Callable[..., Any]) -> None:
    args: EmailIdentityArgs = {
        "domain": "daadaar.com",
        "dns": "external",
        "dmarc_policy": "reject",
        "dmarc_reports_to": "dmarc@daadaar.com",
    }
    graph = register(lambda: EmailIdentity("mail", args))
    assert graph.of_type(RECORD) == []
    outputs = graph.outputs[IDENTITY]
    assert outputs["dns"] == "external"
    assert outputs["records"] == outputs["recordsToPublish"]
    assert outputs["zoneSnippet"] == (
        "; Publish as DNS only: a proxied record (Cloudflare's orange cloud) breaks DKIM verification.\n"
        "token-a._domainkey.daadaar.com. 1800 IN CNAME token-a.dkim.amazonses.com.\n"
        "token-b._domainkey.daadaar.com. 1800 IN CNAME token-b.dkim.amazonses.com.\n"
        "token-c._domainkey.daadaar.com. 1800 IN CNAME token-c.dkim.amazonses.com.\n"
        "bounce.daadaar.com. 1800 IN MX 10 feedback-smtp.us-east-1.amazonses.com.\n"
        'bounce.daadaar.com. 1800 IN TXT "v=spf1 include:amazonses.com ~all"\n'
        '_dmarc.daadaar.com. 1800 IN TXT "v=DMARC1; p=reject; rua=mailto:dmarc@daadaar.com"\n'
    )


def test_a_dmarc_record_that_exists_is_left_alone(register: Callable[..., Any]) -> None:
    args: EmailIdentityArgs = {"domain": "daadaar.com", "zone_id": ZONE, "dmarc_policy": "unmanaged"}
    graph = register(lambda: EmailIdentity("mail", args))
    assert not any(name.startswith("_dmarc") for _, name, _ in records(graph))
    assert len(records(graph)) == 5


def test_events_go_to_a_topic_for_this_configuration_set_alone(
    register: Callable[..., Any],
) -> None:
    args: EmailIdentityArgs = {"domain": "daadaar.com", "zone_id": ZONE, "publish_events": True}
    graph = register(lambda: EmailIdentity("mail", args))
    name = "mailroute-test-mail"
    assert graph.one("aws:sesv2/configurationSet:ConfigurationSet").inputs["configurationSetName"] == name
    identity = graph.one("aws:sesv2/emailIdentity:EmailIdentity")
    assert identity.inputs["configurationSetName"] == name
    topic = "arn:aws:sns:us-east-1:123456789012:topic:mail"
    destination = graph.one("aws:sesv2/configurationSetEventDestination:ConfigurationSetEventDestination")
    assert destination.inputs["configurationSetName"] == name
    assert destination.inputs["eventDestination"] == {
        "enabled": True,
        "matchingEventTypes": ["BOUNCE", "COMPLAINT", "REJECT", "RENDERING_FAILURE", "DELIVERY_DELAY"],
        "snsDestination": {"topicArn": topic},
    }
    assert "aws:sns/topicPolicy:TopicPolicy::mail" in destination.dependencies
    (statement,) = json.loads(graph.one("aws:sns/topicPolicy:TopicPolicy").inputs["policy"])["Statement"]
    assert statement == {
        "Effect": "Allow",
        "Principal": {"Service": "ses.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": topic,
        "Condition": {
            "StringEquals": {
                "AWS:SourceArn": "arn:aws:sesv2:us-east-1:123456789012:configurationSet:mail",
            }
        },
    }
    assert graph.outputs[IDENTITY]["eventTopicArn"] == topic


def test_events_go_to_a_topic_that_exists(register: Callable[..., Any]) -> None:
    topic = "arn:aws:sns:us-east-1:123456789012:bounces"
    args: EmailIdentityArgs = {
        "domain": "daadaar.com",
        "zone_id": ZONE,
        "publish_events": True,
        "event_topic_arn": topic,
    }
    graph = register(lambda: EmailIdentity("mail", args))
    assert graph.of_type("aws:sns/topic:Topic") == graph.of_type("aws:sns/topicPolicy:TopicPolicy") == []
    destination = graph.one("aws:sesv2/configurationSetEventDestination:ConfigurationSetEventDestination")
    assert destination.inputs["eventDestination"]["snsDestination"] == {"topicArn": topic}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"domain": None}, "EmailIdentity.domain is None: it is required; give it a value"),
        (
            {"domain": "localhost"},
            "EmailIdentity.domain is 'localhost': it must be a domain name in lower case without a trailing "
            "dot; use a name such as 'example.com'",
        ),
        (
            {"dns": "cloudflare"},
            "EmailIdentity.dns is 'cloudflare': it must be one of route53, external; use 'route53'",
        ),
        (
            {"zone_id": None},
            "EmailIdentity.zone_id or EmailIdentity.zone_name is None: just one of them must be given; "
            "give one of them",
        ),
        (
            {"zone_name": "daadaar.com"},
            "EmailIdentity.zone_id or EmailIdentity.zone_name is {'zone_id': 'Z0573219KQ7M4TXB1R8E', "
            "'zone_name': 'daadaar.com'}: just one of them must be given; give one of them",
        ),
        (
            {"zone_id": None, "zone_name": "aadaar.com"},
            "EmailIdentity.zone_name is 'aadaar.com': the records of daadaar.com cannot be in this "
            "zone; name "
            "the zone of daadaar.com or of a parent domain, or set dns to 'external'",
        ),
        (
            {"dns": "external"},
            "EmailIdentity.zone_id is 'Z0573219KQ7M4TXB1R8E': where dns is 'external' no record is "
            "registered; leave it out, or set dns to 'route53'",
        ),
        (
            {"mail_from_subdomain": "-bounce"},
            "EmailIdentity.mail_from_subdomain is '-bounce': it must be one label, relative to the "
            "domain; use "
            "a label such as 'bounce', without the domain",
        ),
        (
            {"dmarc_policy": "strict"},
            "EmailIdentity.dmarc_policy is 'strict': it must be one of none, quarantine, reject, unmanaged; "
            "use 'none'",
        ),
        (
            {"dmarc_reports_to": "a@b.c, d@e.f"},
            "EmailIdentity.dmarc_reports_to is 'a@b.c, d@e.f': it must be an e-mail address; use one such as "
            "'dmarc@example.com'",
        ),
        (
            {"event_topic_arn": "arn:aws:sns:us-east-1:123456789012:bounces"},
            "EmailIdentity.publish_events is False: an event topic is given, and nothing would be published "
            "to it; set it to true, or give no topic",
        ),
        (
            {"key_length": 1024},
            "EmailIdentity.key_length: there is no such argument; known are domain, adopt, dns, zone_id, "
            "zone_name, mail_from_subdomain, dmarc_policy, dmarc_reports_to, verification_minutes, "
            "configuration_set_name, publish_events, protect, event_topic_arn",
        ),
    ],
)
def test_wrong_arguments(register: Callable[..., Any], changes: dict[str, Any], message: str) -> None:
    args: Any = {"domain": "daadaar.com", "zone_id": ZONE, **changes}
    args = {name: value for name, value in args.items() if value is not None}
    with pytest.raises(ArgumentError) as refused:
        register(lambda: EmailIdentity("mail", args))
    assert str(refused.value) == message
    assert refused.value.graph.resources == {}  # type: ignore[attr-defined]
