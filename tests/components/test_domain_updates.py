"""Mail goes through SES only while SES lets its domain send, whatever an update changes of it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest

from mailroute.rehearsal.account import AwsResource
from tests.components.deployment import SERVICE, Stack
from tests.components.sending import cannot_send
from tests.components.test_adoption import there
from tests.components.updating import ZONE, gaps, running, sign_in_as_somebody

IDENTITY = "aws:sesv2/emailIdentity:EmailIdentity"
RECORD = "aws:route53/record:Record"
GATEWAY = "aws:ec2/natGateway:NatGateway"
Config = dict[str, Any]
SES, NAT = {"route": "ses"}, {"route": "nat"}


def test_mail_waits_for_ses_to_verify_the_domain() -> None:
    """Records that nobody sees, as where the domain is not delegated to the zone."""
    stack = running("prod", **NAT)
    [zone] = stack.account.of(ZONE)
    hidden = {**zone.outputs, "vpcs": [{"vpcId": "vpc-0e9cd2c204069ca54"}]}
    stack.account.put(AwsResource(ZONE, zone.id, hidden))
    failed = stack.up(**SES, zoneId=zone.id)
    assert "Success of daadaar.com, but was in state Pending" in str(failed.error)
    assert {write.operation for write in failed.writes} == {"create"}
    assert gaps(stack, failed) == []
    stack.account.put(zone)
    done = stack.up()
    assert done.error is None
    assert gaps(stack, done) == []
    assert not list(stack.account.of(GATEWAY))


@pytest.mark.parametrize(
    ("old", "new"), [(NAT, SES), ({"route": "both", "mailThrough": "nat"}, {"mailThrough": "ses"})]
)
def test_mail_stays_on_nat_until_records_are_published(
    caplog: pytest.LogCaptureFixture, old: Config, new: Config
) -> None:
    stack = running("dev", dns="external", **old)
    for _again in range(2):
        kept = stack.up(**new)
        assert kept.error is None
        assert "delete" not in [write.operation for write in kept.writes]
        assert gaps(stack, kept) == []
    [identity] = stack.account.of(IDENTITY)
    tokens = identity.get("dkimSigningAttributes")["tokens"]
    records = ", ".join(f"{each}._domainkey.daadaar.com CNAME {each}.dkim.amazonses.com" for each in tokens)
    assert caplog.messages[-1] == (
        f"mail stays on NAT, for SES has not verified daadaar.com yet: publish {records}; once SES has found "
        "them, run pulumi up again"
    )
    caplog.clear()
    verify(stack)
    switched = stack.up()
    assert (switched.error, caplog.messages) == (None, [])
    assert gaps(stack, switched) == []
    assert stack.outputs["smtpHost"] == "email-smtp.us-east-1.amazonaws.com"
    assert stack.up().writes == ()


@pytest.mark.parametrize("change", [{"dns": "external", "zoneId": ""}, {"zoneId": "Z2"}])
def test_dkim_records_stay_where_they_are(change: Config) -> None:
    here = {"dns": "route53", "zoneId": "Z0573219KQ7M4TXB1R8E"}
    stack = running("prod", **SES, **here)
    [zone] = stack.account.of(ZONE)
    stack.account.put(AwsResource(ZONE, "Z2", dict(zone.outputs)))
    stack.account.changed.clear()
    for config in (change, here):
        update = stack.up(**config)
        assert update.error is None
        assert gaps(stack, update) == []
        published = [each for each in stack.account.of(RECORD) if each.get("zoneId") == here["zoneId"]]
        assert sum("_domainkey" in each.get("name") for each in published) == 3
    assert stack.up().writes == ()


def test_mail_moves_to_another_domain_that_may_send() -> None:
    stack = running("prod", protect=False, **SES)
    moved = stack.up(domain="news.daadaar.com", zoneName="daadaar.com")
    assert moved.error is None
    assert gaps(stack, moved) == []


def test_mail_keeps_its_domain_until_another_may_send() -> None:
    stack = running("dev", protect=False, dns="external", **NAT)
    verify(stack)
    assert stack.up(**SES).error is None
    refused = stack.up(domain="other.example")
    assert (str(refused.error), refused.writes) == (
        "config mailroute:domain is 'other.example': SES has no such identity yet, and the service of this "
        "stack is there already; have SES verify it outside of the stack first, and then adopt it by "
        "config mailroute:adopt: [identity]",
        (),
    )


def test_a_service_keeps_somebodys_path_until_ses_verifies(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    stack = Stack.of("prod", domain="daadaar.com", dns="external", **SES)
    there(stack, "nat")
    assert cannot_send(stack.account, stack.account.live()) == ""
    for _again in range(2):
        kept = stack.up()
        assert re.fullmatch(
            "App Runner service 'daadaar-backend' keeps SMTP_HOST, SMTP_PASS, SMTP_USER, VPC connector, the "
            "instance role: SES has not verified daadaar.com yet: publish .*; once SES has found them, run "
            "pulumi up again",
            str(kept.error),
        )
        assert gaps(stack, kept) == []
        assert "delete" not in [write.operation for write in kept.writes]
    assert any("_dmarc.daadaar.com. 1800 IN TXT" in said for said in caplog.messages)
    verify(stack)
    switched = stack.up()
    assert switched.error is None
    assert gaps(stack, switched) == []


def test_an_update_that_waits_leaves_sess_host_to_nat() -> None:
    """The service sends to SES through somebody's NAT gateway, and no key says so."""
    stack = Stack.of("prod", domain="daadaar.com", dns="external", **SES)
    there(stack, "nat")
    [service] = stack.account.of(SERVICE)
    sign_in_as_somebody(stack.account)
    text = json.dumps(service.outputs).replace("smtp-relay.brevo.com", "email-smtp.us-east-1.amazonaws.com")
    stack.account.put(AwsResource(SERVICE, service.id, json.loads(text)))
    stack.account.changed.clear()
    stack.state.clear()
    [imported] = stack.account.of(SERVICE)
    stack.adopt(f"mailroute:index:AppRunnerService${SERVICE}", "service", imported)
    kept = stack.up()
    assert "keeps SMTP_PASS, SMTP_USER, VPC connector" in str(kept.error)
    assert gaps(stack, kept) == []


def test_a_new_service_sends_once_ses_has_verified(caplog: pytest.LogCaptureFixture) -> None:
    stack = Stack.of("dev", domain="daadaar.com", dns="external", **SES)
    for config in ({}, {"environment": {"LEVEL": "debug"}}):
        assert stack.up(**config).error is None
        assert caplog.messages[-1].startswith("a new service cannot send yet, and one that is there keeps ")
    [service] = stack.account.of(SERVICE)
    variables = service.get("sourceConfiguration")["imageRepository"]["imageConfiguration"]
    assert variables["runtimeEnvironmentVariables"] == {
        "LEVEL": "debug",
        "SMTP_HOST": "email-smtp.us-east-1.amazonaws.com",
        "SMTP_PORT": "587",
    }


def test_records_that_somebody_has_published_are_taken_up() -> None:
    zone_id = "Z0573219KQ7M4TXB1R8E"
    stack = Stack.of("prod", domain="daadaar.com", dns="external", **SES)
    stack.account.remove(SERVICE, stack.state.popitem()[1].id)
    assert stack.up().error is None
    published = stack.outputs["dnsRecordsToPublish"]
    assert len(published) == 6
    for each in published:
        put_record(stack, zone_id, each, ttl=1800 if each["name"] != "_dmarc.daadaar.com" else 300)
    wanted = {"dns": "route53", "zoneId": zone_id}
    refused = stack.up(**wanted, dmarcPolicy="reject")
    assert (str(refused.error), refused.writes) == (
        "config mailroute:dmarcPolicy is 'v=DMARC1; p=none': _dmarc.daadaar.com has this TXT record already; "
        "set it to 'unmanaged' to keep the record",
        (),
    )
    taken = stack.up(dmarcPolicy="none")
    assert taken.error is None
    assert gaps(stack, taken) == []
    assert stack.up(dmarcPolicy="reject").error is None


def test_a_failed_change_of_mail_from_can_be_taken_back() -> None:
    stack = running("prod", **SES)
    before = {each.id for each in stack.account.of(RECORD)}
    stack.account.deployments["daadaar-backend"] = "rolled back"
    assert stack.up(port="3000", mailFromSubdomain="returns").error is not None
    assert len(list(stack.account.of(RECORD))) == len(before) + 2
    back = stack.up(port="8080", mailFromSubdomain="bounce")
    assert back.error is None
    assert not {(each.type, each.operation) for each in back.writes} & {
        (RECORD, "create"),
        (RECORD, "replace"),
    }
    assert {each.id for each in stack.account.of(RECORD)} == before


def verify(stack: Stack) -> None:
    """Have SES find the records that a person has published."""
    [identity] = stack.account.of(IDENTITY)
    verified = {**identity.outputs, "verifiedForSendingStatus": True}
    stack.account.put(AwsResource(IDENTITY, identity.id, verified))


def put_record(stack: Stack, zone_id: str, record: Mapping[str, Any], ttl: int) -> None:
    name, type_ = record["name"], record["type"]
    properties = {"zoneId": zone_id, "name": name, "type": type_, "ttl": ttl, "records": [record["value"]]}
    stack.account.put(AwsResource(RECORD, f"{zone_id}_{name}_{type_}", properties))
    stack.account.changed.clear()
