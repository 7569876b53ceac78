"""The domains that a service answers to, their records, and the web ACL before it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from components import AppRunnerService
from mailroute.rehearsal.account import AwsResource
from tests.components.deployment import SERVICE, Stack

DOMAIN = "aws:apprunner/customDomainAssociation:CustomDomainAssociation"
RECORD = "aws:route53/record:Record"
WEB_ACL = "aws:wafv2/webAclAssociation:WebAclAssociation"
ZONE = "Z0573219KQ7M4TXB1R8E"
APP = {"domain": "app.daadaar.com", "www": False}
ELSEWHERE = {"domain": "app.example.org", "dns": "external"}
ACL = "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/web/0123456789abcdef"


def records_of(stack: Stack, name: str) -> list[AwsResource]:
    return [each for each in stack.account.of(RECORD) if str(each.get("name")).endswith(name)]


def test_records_are_published_where_dns_is_ours() -> None:
    stack = Stack.of("prod", customDomains=[APP, ELSEWHERE, {"domain": "*.daadaar.com"}], webAclArn=ACL)
    assert stack.up().error is None
    [service] = stack.account.of(SERVICE)
    found = {each.get("domainName"): each for each in stack.account.of(DOMAIN)}
    assert {name: each.get("enableWwwSubdomain") for name, each in found.items()} == {
        "app.daadaar.com": False,
        "app.example.org": True,
        "*.daadaar.com": False,
    }
    assert [each.get("type") for each in records_of(stack, "*.daadaar.com")] == ["A"]
    published = records_of(stack, "app.daadaar.com")
    assert {each.get("zoneId") for each in published} == {ZONE}
    [alias] = [each for each in published if each.get("type") == "A"]
    assert alias.get("aliases") == [
        {
            "name": service.get("serviceUrl"),
            "zoneId": "Z01915732ZBZKC8D32TPT",
            "evaluateTargetHealth": False,
        }
    ]
    validating = {(f"{each.get('name')}.", *each.items("records")) for each in published if each is not alias}
    wanted = found["app.daadaar.com"].items("certificateValidationRecords")
    assert validating == {(each["name"], each["value"].rstrip(".")) for each in wanted}
    assert records_of(stack, "example.org") == []
    to_publish = stack.outputs["customDomainRecordsToPublish"]
    assert len(to_publish) == 3 + 2
    assert to_publish[-2:] == [
        {"name": "app.example.org", "type": "CNAME", "ttl": 300, "value": service.get("serviceUrl")},
        {"name": "www.app.example.org", "type": "CNAME", "ttl": 300, "value": service.get("serviceUrl")},
    ]
    [association] = stack.account.of(WEB_ACL)
    assert association.id == f"{ACL},{service.id}"
    assert stack.up().writes == ()
    gone = stack.up(customDomains=[], webAclArn="")
    assert gone.error is None
    assert {write.operation for write in gone.writes} == {"delete"}
    assert records_of(stack, "*.daadaar.com") == []
    assert not {*stack.account.of(DOMAIN), *stack.account.of(WEB_ACL), *records_of(stack, "app.daadaar.com")}


def test_another_www_or_web_acl_takes_the_old_one_away_first() -> None:
    stack = Stack.of("prod", customDomains=[APP], webAclArn=ACL)
    text = {"zoneId": ZONE, "name": "app.daadaar.com", "type": "TXT", "records": ["in nobody's way"]}
    stack.account.put(AwsResource(RECORD, "text", text))
    stack.account.changed.clear()
    assert stack.up().error is None
    update = stack.up(customDomains=[{"domain": "app.daadaar.com"}], webAclArn=ACL.replace("web/", "other/"))
    assert update.error is None
    for type_ in (DOMAIN, WEB_ACL):
        assert [write.operation for write in update.writes if write.type == type_] == ["delete", "replace"]
    hosts = {each.get("name") for each in records_of(stack, "app.daadaar.com") if each.get("type") == "A"}
    assert hosts == {"app.daadaar.com", "www.app.daadaar.com"}
    assert stack.up().writes == ()


def test_an_alias_that_somebody_has_published_is_taken_up() -> None:
    stack = Stack.of("prod", customDomains=[{**APP, "dns": "external"}])
    assert stack.up().error is None
    [service] = stack.account.of(SERVICE)
    zone = {"zoneId": "Z01915732ZBZKC8D32TPT", "evaluateTargetHealth": False}
    alias = {
        "zoneId": ZONE,
        "name": APP["domain"],
        "type": "A",
        "aliases": [{"name": service.get("serviceUrl"), **zone}],
    }
    stack.account.put(AwsResource(RECORD, f"{ZONE}_{APP['domain']}_A", alias))
    stack.account.changed.clear()
    assert stack.up(customDomains=[APP]).error is None


@pytest.mark.parametrize(
    ("name", "kind", "properties", "message"),
    [
        ("app.daadaar.com", "CNAME", {"records": ["other.example.com"]}, "has a CNAME record already"),
        ("\\052.daadaar.com", "A", {"records": ["192.0.2.1"]}, "*.daadaar.com has a A record already"),
    ],
)
def test_a_record_in_the_way_is_refused_first(
    name: str, kind: str, properties: dict[str, Any], message: str
) -> None:
    domains = [{**APP, "domain": "*.daadaar.com"}] if message.startswith("*") else [APP]
    stack = Stack.of("prod", customDomains=domains)
    stack.account.put(AwsResource(RECORD, "one", {"zoneId": ZONE, "name": name, "type": kind, **properties}))
    stack.account.changed.clear()
    update = stack.up()
    domain = domains[0]["domain"]
    assert update.writes == ()
    assert str(update.error) == (
        f"config mailroute:customDomains[0].domain is '{domain}': "
        f"{message if message.startswith('*') else f'{name} {message}'}; "
        "set its dns to 'external' to keep the record"
    )


def test_what_no_slot_holds_is_left_to_publish(
    register: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """How many validation records there are, App Runner says once it has made them."""
    many = [
        {"name": f"_{at}.app.example.com.", "type": "CNAME", "value": f"_{at}.acm-validations.aws."}
        for at in "dbac"
    ]
    there = property(lambda _association: pulumi.Output.from_input(many))
    not_there = property(lambda _association: pulumi.Output.from_input(None))
    monkeypatch.setattr(aws.apprunner.CustomDomainAssociation, "dns_target", not_there)
    monkeypatch.setattr(aws.apprunner.CustomDomainAssociation, "certificate_validation_records", there)
    seen: list[Any] = []

    def program() -> None:
        domains = [{"domain": "app.example.com", "zone_id": "Z1", "www": False}]
        args: Any = {
            "service_name": "backend",
            "vpc_id": "vpc-00000001",
            "subnet_ids": ["subnet-00000001"],
            "destinations": [],
            "custom_domains": domains,
        }
        AppRunnerService("api", args).records_to_publish.apply(seen.append)

    graph = register(program)
    certificates = [one for one in graph.of_type(RECORD) if "-certificate-" in one.name]
    assert [one.inputs["name"] for one in certificates] == [f"_{at}.app.example.com" for at in "abc"]
    assert all(one.inputs["allowOverwrite"] for one in certificates)
    [alias] = graph[f"{RECORD}::api-app.example.com"].inputs["aliases"]
    assert alias["name"] == "api.awsapprunner.com"  # that of the service, where an import shows none
    assert seen == [
        [
            {
                "name": "_d.app.example.com",
                "type": "CNAME",
                "ttl": 300,
                "value": "_d.acm-validations.aws",
            }
        ]
    ]
