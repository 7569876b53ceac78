"""Questions about accounts, with what is read for them and what AWS might have answered instead."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

import pytest

from evidence import live
from evidence.live import Action, Api, api, pages
from evidence.live.fields import parts
from evidence.live.request import Request
from evidence.live.shapes import Answer
from mailroute.adoption import reading
from tests.evidence.account import REGION, RELAY, SES_HOST, Account, verified
from tests.evidence.front import Call, Reply
from tests.evidence.inspected import Inspected
from tests.evidence.test_missing_fields import Pages, key

Items = list[Answer]
Read = Callable[[Api], Any]
Question = tuple[tuple[str, ...], Read]
"""A command line, and what it reads."""


@dataclass(frozen=True, eq=False)
class Case:
    """A question about an account, and what is read of it.

    Attributes:
        replies: what its calls were answered over HTTP.
        pages: the same as botocore shows it.
    """

    arguments: tuple[str, ...]
    vpc: str
    replies: Mapping[Call, Reply]
    pages: Pages

    def with_other(self, action: Action, change: Callable[[Items], Items]) -> Pages:
        """What is read where AWS answers otherwise to `action`."""
        found = dict(self.pages)
        for call, answers in self.pages.items():
            if call[0] is action:
                found[call] = _changed(answers, action, change)
        return found

    def but(self, action: Action, change: Callable[[Items], Items]) -> Case:
        """The same question about such an account."""
        return replace(self, pages=self.with_other(action, change))


def _changed(answers: Items, action: Action, change: Callable[[Items], Items]) -> Items:
    if not action.result:
        return change(answers)
    shown = [page[action.result] for page in answers]
    if shown and not isinstance(shown[0], list):
        return [{action.result: item} for item in change(shown)]
    return [{action.result: change([item for part in shown for item in part])}]


def nothing(_: Items) -> Items:
    return []


def _set(items: Items, **fields: Any) -> Items:
    return [{**item, **fields} for item in items]


def _replaced(items: Items, old: str, new: str) -> Items:
    return list(json.loads(json.dumps(items, default=str).replace(old, new)))


def edited(path: str, change: Callable[[Any], object]) -> Callable[[Items], Items]:
    """The answers with `change` made to everything that is at `path` in them."""

    def edit(items: Items) -> Items:
        copied = copy.deepcopy(items)
        for part in parts(copied, path):
            change(part)
        return copied

    return edit


def _blocking(_: Items) -> Items:
    return [{"AwsRegion": REGION, "InternetGatewayBlockMode": "block-bidirectional"}]


def otherwise(action: Action, vpc: str) -> Iterator[Callable[[Items], Items]]:
    """Other answers that AWS might have given to `action` of the VPC `vpc`."""
    yield nothing
    association = {"Id": "association-1", "VpcId": vpc, "VPCId": vpc, "ResourceId": vpc}
    found: dict[Action, Callable[[Items], Items]] = {
        Action.PUBLIC_ACCESS: _blocking,
        Action.SECURITY_GROUPS: partial(_set, IpPermissionsEgress=[]),
        Action.NETWORK_ACLS: partial(_replaced, old='"allow"', new='"deny"'),
        Action.NAT_GATEWAYS: partial(_set, State="failed"),
        Action.FIREWALL_RULE_GROUP: partial(_replaced, old='"PASS"', new='"DROP"'),
        Action.FIREWALL_POLICY: partial(_replaced, old="aws:forward_to_sfe", new="aws:drop"),
        Action.VPC_ATTRIBUTE: partial(_replaced, old="true", new="false"),
        Action.DHCP_OPTIONS: partial(_replaced, old='"10.20.0.2"', new='"10.99.0.53"'),
        Action.VPC_ENDPOINTS: partial(_set, State="failed"),
        Action.ZONE_RECORDS: partial(_replaced, old="203.0.114.9", new="10.99.0.5"),
        Action.PROFILES: lambda _: [{**association, "ProfileId": "rp-1"}],
        Action.RESOLVER_FIREWALLS: lambda _: [{**association, "FirewallRuleGroupId": "rslvr-frg-1"}],
        Action.RESOLVER_RULES: partial(_replaced, old="corp.example.com", new="brevo.com"),
        Action.PRIVATE_ZONES: lambda _: [{"HostedZoneId": "Z1", "Name": "brevo.com.", "Owner": {}}],
        Action.RESOLVER_RULE_ASSOCIATIONS: lambda _: [{**association, "ResolverRuleId": "rslvr-rr-1"}],
        Action.HOSTED_ZONES: lambda _: [{"Id": "/hostedzone/Z1", "Name": "brevo.com.", "Config": {}}],
    }
    if action in found:
        yield found[action]


def _diagnosis(service: str, host: str) -> Question:
    arguments = ("diagnose", "--service", service, "--to", f"{host}:587", "--json")
    return arguments, partial(live.of_service, service=service)


def _crowded(account: Account) -> list[Question]:
    account.hub()
    account.function("mailer")
    account.ecs_service("worker", "jobs")
    account.express_service("web")
    account.resolvers("10.20.0.2")
    account.forwards("corp.example.com")
    account.public_zone("example.com")
    account.ec2.create_egress_only_internet_gateway(VpcId=account.vpc)
    account.ec2.create_vpc_peering_connection(VpcId=account.vpc, PeerVpcId=account.new_vpc("10.50.0.0/16"))
    whole = ("snapshot", "--vpc", account.vpc, "-o", "-")
    account.front.answers |= {"ses:GetEmailIdentity": verified(), **account.web_acl()}
    adopted = ("adopt", "--service", "shop", "--domain", "example.com", "--dry-run")
    services = ("shop", "jobs/worker", "mailer", "web")
    return [
        *(_diagnosis(service, RELAY) for service in services),
        (whole, partial(live.of_vpcs, vpcs=[account.vpc])),
        (adopted, partial(reading.read, wanted="shop", domain="example.com")),
    ]


def _inspected(account: Account) -> list[Question]:
    Inspected(account, elsewhere=account.new_vpc("10.40.0.0/16"))
    return [_diagnosis("shop", RELAY)]


def _private(account: Account) -> list[Question]:
    account.endpoint()
    return [_diagnosis("shop", SES_HOST)]


def _narrow(account: Account) -> list[Question]:
    """A way out that rests on an exclusion, a record and a prefix list."""
    account.nat()
    account.record(account.private_zone("brevo.com"), RELAY, "A", "203.0.114.9")
    everything = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    account.ec2.revoke_security_group_egress(GroupId=account.group, IpPermissions=[everything])
    account.prefix_list("203.0.114.0/24")
    account.front.answers |= {
        Action.PUBLIC_ACCESS.permission: {Action.PUBLIC_ACCESS.result: _blocking([])[0]},
        Action.PUBLIC_ACCESS_EXCLUSIONS.permission: {
            Action.PUBLIC_ACCESS_EXCLUSIONS.result: [account.exclusion()]
        },
    }
    return [_diagnosis("shop", RELAY)]


ACCOUNTS: Final = (_crowded, _inspected, _private, _narrow)


def record(account: Account, arguments: tuple[str, ...], read: Read) -> Case:
    """What AWS answers to the calls that `read` makes."""
    found: Pages = {}

    def remember(client: Any, request: Request) -> Iterator[Answer]:
        found[key(request)] = [
            {name: value for name, value in page.items() if name != "ResponseMetadata"}
            for page in pages.pages(client, request)
        ]
        return iter(found[key(request)])

    account.front.replies.clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(api, "pages", remember)
        read(live.connect(REGION))
    return Case(arguments, account.vpc, dict(account.front.replies), found)
