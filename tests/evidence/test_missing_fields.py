"""Answers that lack a field, as an emulator of AWS may give: what they tell counts as unread, by name."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import pytest

from evidence import validate
from evidence.live import (
    READING,
    AccessError,
    Action,
    Api,
    api,
    connect,
    deadline,
    document,
    network,
    of_service,
    of_vpcs,
)
from evidence.live.fields import FIELDS, lacking
from evidence.live.pages import pages as real_pages
from evidence.live.request import Request
from evidence.live.shapes import Answer
from evidence.live.values import VALUES, spelled, unknown
from mailroute.adoption import reading
from tests.evidence.account import REGION, RELAY, Account, verified
from tests.evidence.conftest import Command, empty
from tests.evidence.front import Front
from tests.evidence.inspected import Inspected
from tests.evidence.told import without_each

pytestmark = pytest.mark.hostile("AWS faults")

OPTIONS = "ec2:DescribeVpcBlockPublicAccessOptions"


PUBLIC_ACCESS = {"VpcBlockPublicAccessOptions": {"AwsRegion": REGION, "InternetGatewayBlockMode": "off"}}
Pages = dict[tuple[Action, str], list[Answer]]
"""What the calls to an account were answered."""


def key(request: Request) -> tuple[Action, str]:
    return request.action, json.dumps(request.parameters, sort_keys=True)


def fill(account: Account) -> None:
    """Everything that live evidence reads, but for DNS firewalls, which moto lacks."""
    Inspected(account, elsewhere=account.new_vpc("10.40.0.0/16"))
    account.prefix_list("10.99.0.0/16")
    account.resolvers("10.20.0.2")
    account.forwards("corp.example.com")
    account.private_zone("corp.internal")
    account.hub(default_route=False)
    account.endpoint()
    account.express_service("web")
    account.ecs_service("worker")
    account.function("mailer")
    account.ec2.create_egress_only_internet_gateway(VpcId=account.vpc)
    account.ec2.create_vpc_peering_connection(VpcId=account.vpc, PeerVpcId=account.new_vpc("10.50.0.0/16"))
    account.front.answers |= {
        OPTIONS: PUBLIC_ACCESS,
        "ec2:DescribeVpcBlockPublicAccessExclusions": {
            "VpcBlockPublicAccessExclusions": [account.exclusion()]
        },
    }
    account.front.answers |= {"ses:GetEmailIdentity": verified(), **account.web_acl()}
    account.front.app_runner.tags.append({"Key": "team", "Value": "mail"})
    account.front.app_runner.domains.append(account.custom_domain())
    association = {"Id": "rpassoc-1", "ProfileId": "rp-1", "ResourceId": account.vpc}
    account.front.profiles = [association]


def read(api_: Api, vpc: str, action: Action | None = None) -> list[dict[str, Any]]:
    """The documents that answers to `action` may be in."""
    api_.unread.clear()
    documents = [of_vpcs(api_, [vpc])]
    if action in (None, Action.CONNECTOR, Action.FUNCTION):
        documents += [of_service(api_, service) for service in ("shop", "mailer")]
    if action is None or action not in READING:
        documents.append(reading.read(api_, "shop", "example.com"))
    return documents


@pytest.fixture(scope="module")
def recorded(
    shared_front: Front, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Api, str, Pages]]:
    """An account, its VPC, and what its calls were answered."""
    with pytest.MonkeyPatch.context() as patch:
        account = Account(empty(shared_front, patch, tmp_path_factory.mktemp("aws")))
        fill(account)
        recorded_: Pages = {}

        def record(client: Any, request: Request) -> Iterator[Answer]:
            answers: list[Answer] = [
                {name: value for name, value in page.items() if name != "ResponseMetadata"}
                for page in real_pages(client, request)
            ]
            recorded_[key(request)] = answers
            return iter(answers)

        with patch.context() as recording:
            recording.setattr(api, "pages", record)
            found = connect(REGION)
            read(found, account.vpc)
        yield found, account.vpc, recorded_


@pytest.mark.parametrize(
    "action",
    [action for action in Action if action is not Action.RESOLVER_FIREWALLS],
    ids=lambda action: action.permission,
)
def test_a_missing_field_is_named_and_ends_nothing(
    recorded: tuple[Api, str, Pages], monkeypatch: pytest.MonkeyPatch, action: Action
) -> None:
    found, vpc, pages = recorded
    monkeypatch.setattr(deadline, "WORKERS", 1)
    monkeypatch.setattr(api, "pages", lambda _, request: iter(pages.get(key(request), ())))
    known = [entry for document in read(found, vpc) for entry in document["resources"]]
    changes: dict[str, Pages] = {}
    for call, answers in pages.items():
        for path, changed in without_each(answers) if call[0] is action else ():
            changes.setdefault(path.removeprefix(f"{action.result}."), {**pages, call: changed})
    assert len(changes) > len(FIELDS[action]) / 2
    for path, given in changes.items():
        monkeypatch.setattr(api, "pages", lambda _, request, given=given: iter(given.get(key(request), ())))
        with suppress(AccessError):
            for document in read(found, vpc, action):
                new = [entry for entry in document["resources"] if entry not in known]
                validate({**document, "resources": new}, path)
        if path in (action.result, *FIELDS[action]):
            assert found.unread[action].endswith(f"the answer lacks {path}")


INTERFACE = {
    "VpcEndpointId": "vpce-1",
    "VpcId": "vpc-1",
    "VpcEndpointType": "Interface",
    "ServiceName": "com.amazonaws.us-east-1.email-smtp",
    "State": "available",
    "PrivateDnsEnabled": True,
    "SubnetIds": [],
    "Groups": [],
    "PolicyDocument": "{}",
}
GATEWAY_LOAD_BALANCER = {
    "VpcEndpointId": "vpce-1",
    "VpcId": "vpc-1",
    "VpcEndpointType": "GatewayLoadBalancer",
    "State": "available",
}
ROUTE = {"DestinationCidrBlock": "0.0.0.0/0", "State": "active"}
ASSOCIATION = {"Main": False, "SubnetId": "subnet-1", "AssociationState": {"State": "associated"}}


def table(route: Answer = ROUTE, association: Answer = ASSOCIATION) -> Answer:
    return {
        "RouteTableId": "rtb-1",
        "VpcId": "vpc-1",
        "Routes": [ROUTE, route],
        "Associations": [ASSOCIATION, association],
    }


def group(protocol: str, **ports: int) -> Answer:
    lists: dict[str, Any] = {
        name: [] for name in ("IpRanges", "Ipv6Ranges", "PrefixListIds", "UserIdGroupPairs")
    }
    given = [{**lists, "IpProtocol": protocol, **ports}]
    return {"GroupId": "sg-1", "VpcId": "vpc-1", "IpPermissions": [], "IpPermissionsEgress": given}


def acl(protocol: str, **fields: Any) -> Answer:
    entry = {"RuleNumber": 1, "Egress": True, "RuleAction": "deny", "Protocol": protocol, **fields}
    return {"NetworkAclId": "acl-1", "VpcId": "vpc-1", "Entries": [entry], "Associations": []}


def ecs(**network: Any) -> Answer:
    return {
        "serviceArn": "a",
        "serviceName": "b",
        "networkConfiguration": {"awsvpcConfiguration": network},
    }


def rules(**source: Any) -> Answer:
    response = {"RuleGroupArn": "a", "RuleGroupName": "b"}
    return {"RuleGroupResponse": response, "RuleGroup": {"RulesSource": source}}


ANYWHERE = {"CidrBlock": "0.0.0.0/0"}
HEADER: dict[str, str] = dict.fromkeys(
    ("Protocol", "Source", "SourcePort", "Direction", "Destination", "DestinationPort"), "ANY"
)
RULE: dict[str, Any] = {"Action": "PASS", "Header": HEADER, "RuleOptions": []}


def without(answer: Answer, *names: str) -> Answer:
    return {name: value for name, value in answer.items() if name not in names}


@pytest.mark.parametrize(
    ("action", "answer", "missing"),
    [
        (Action.VPC_ENDPOINTS, INTERFACE, None),
        (Action.VPC_ENDPOINTS, {**INTERFACE, "Groups": None}, "Groups"),
        (Action.VPC_ENDPOINTS, without(INTERFACE, "PolicyDocument"), "PolicyDocument"),
        (Action.VPC_ENDPOINTS, {**without(INTERFACE, "PolicyDocument"), "ServiceName": "com.example"}, None),
        (Action.VPC_ENDPOINTS, GATEWAY_LOAD_BALANCER, None),
        (Action.SUBNETS, {"SubnetId": "s", "VpcId": "v", "AvailabilityZone": "z"}, "CidrBlock"),
        (
            Action.SUBNETS,
            {"SubnetId": "s", "VpcId": "v", "AvailabilityZone": "z", "Ipv6Native": True},
            None,
        ),
        (Action.ROUTE_TABLES, table(), None),
        (Action.ROUTE_TABLES, table({"State": "active"}), "Routes.DestinationCidrBlock"),
        (Action.ROUTE_TABLES, table({**ROUTE, "State": None}), "Routes.State"),
        (Action.ROUTE_TABLES, table({"State": "active", "DestinationPrefixListId": "pl-1"}), None),
        (
            Action.ROUTE_TABLES,
            table(association=without(ASSOCIATION, "SubnetId")),
            "Associations.SubnetId",
        ),
        (Action.ROUTE_TABLES, table(association=without(ASSOCIATION, "Main")), "Associations.Main"),
        (
            Action.ROUTE_TABLES,
            table(association={**without(ASSOCIATION, "SubnetId"), "GatewayId": "igw-1"}),
            None,
        ),
        (
            Action.ROUTE_TABLES,
            table(association={**without(ASSOCIATION, "SubnetId"), "Main": True}),
            None,
        ),
        (Action.SECURITY_GROUPS, group("-1"), None),
        (Action.SECURITY_GROUPS, group("58"), None),
        (Action.SECURITY_GROUPS, group("tcp", FromPort=0, ToPort=0), None),
        (Action.SECURITY_GROUPS, group("tcp", ToPort=700), "IpPermissionsEgress.FromPort"),
        (Action.SECURITY_GROUPS, group("udp", FromPort=0), "IpPermissionsEgress.ToPort"),
        (Action.NETWORK_ACLS, acl("-1", **ANYWHERE), None),
        (Action.NETWORK_ACLS, acl("-1", Ipv6CidrBlock="::/0"), None),
        (Action.NETWORK_ACLS, acl("-1"), "Entries.CidrBlock"),
        (Action.NETWORK_ACLS, acl("6", **ANYWHERE), "Entries.PortRange"),
        (Action.NETWORK_ACLS, acl("6", **ANYWHERE, PortRange={"From": 0}), "Entries.PortRange.To"),
        (Action.NETWORK_ACLS, acl("17", **ANYWHERE, PortRange={"To": 0}), "Entries.PortRange.From"),
        (Action.NETWORK_ACLS, acl("6", **ANYWHERE, PortRange={"From": 0, "To": 0}), None),
        (Action.CONNECTOR, {"VpcConnectorArn": "a", "Subnets": ["s"], "SecurityGroups": []}, None),
        (Action.CONNECTOR, {"VpcConnectorArn": "a", "Subnets": ["s"]}, "SecurityGroups"),
        (Action.ECS_SERVICES, {"serviceArn": "a", "serviceName": "b"}, None),
        (Action.ECS_SERVICES, ecs(subnets=["s"], securityGroups=[], assignPublicIp="DISABLED"), None),
        (
            Action.ECS_SERVICES,
            ecs(subnets=["s"], securityGroups=[]),
            "networkConfiguration.awsvpcConfiguration.assignPublicIp",
        ),
        (
            Action.ECS_SERVICES,
            ecs(subnets=["s"]),
            "networkConfiguration.awsvpcConfiguration.securityGroups",
        ),
        (
            Action.ECS_SERVICES,
            ecs(securityGroups=[]),
            "networkConfiguration.awsvpcConfiguration.subnets",
        ),
        (Action.FUNCTION, {"FunctionName": "f", "FunctionArn": "a"}, None),
        (
            Action.FUNCTION,
            {"FunctionName": "f", "FunctionArn": "a", "VpcConfig": {"SubnetIds": ["s"]}},
            "VpcConfig.SecurityGroupIds",
        ),
        (
            Action.FUNCTION,
            {"FunctionName": "f", "FunctionArn": "a", "VpcConfig": {"SecurityGroupIds": ["g"]}},
            "VpcConfig.SubnetIds",
        ),
        (Action.FIREWALL_RULE_GROUP, without(rules(), "RuleGroup"), None),
        (Action.FIREWALL_RULE_GROUP, rules(), "RuleGroup.RulesSource.StatefulRules"),
        (Action.FIREWALL_RULE_GROUP, {**rules(), "RuleGroup": {}}, "RuleGroup.RulesSource"),
        (Action.FIREWALL_RULE_GROUP, rules(RulesString="pass tcp any any -> any any ()"), None),
        (Action.FIREWALL_RULE_GROUP, rules(StatefulRules=[RULE]), None),
        *(
            (
                Action.FIREWALL_RULE_GROUP,
                rules(StatefulRules=[RULE, without(RULE, name)]),
                f"RuleGroup.RulesSource.StatefulRules.{name}",
            )
            for name in RULE
        ),
        *(
            (
                Action.FIREWALL_RULE_GROUP,
                rules(StatefulRules=[{**RULE, "Header": without(HEADER, name)}]),
                f"RuleGroup.RulesSource.StatefulRules.Header.{name}",
            )
            for name in HEADER
        ),
        (Action.RESOLVER_RULES, {"Id": "rslvr-rr-1", "RuleType": "DELEGATE"}, None),
        (Action.RESOLVER_RULES, {"Id": "rslvr-rr-1", "RuleType": "FORWARD"}, "DomainName"),
    ],
)
def test_what_aws_gives_of_some_kinds_is_missed_of_those_alone(
    action: Action, answer: Answer, missing: str | None
) -> None:
    assert lacking(action, answer) == missing


@pytest.mark.parametrize(
    ("action", "answer", "value"),
    [
        (Action.NAT_GATEWAYS, {"State": "available"}, None),
        (Action.NAT_GATEWAYS, {"State": "paused"}, "'paused' at State"),
        (
            Action.NAT_GATEWAYS,
            {"NatGatewayAddresses": [{"PrivateIp": "10.0.0.1"}, {"PrivateIp": "10.0.0"}]},
            "'10.0.0' at NatGatewayAddresses.PrivateIp",
        ),
        (Action.VPC_ENDPOINTS, {"State": "available", "VpcEndpointType": "Interface"}, None),
        (Action.SUBNETS, {"CidrBlock": "10.0.0.0/33"}, "'10.0.0.0/33' at CidrBlock"),
        (Action.PREFIX_LIST_ENTRIES, {"Cidr": "2001:db8::/32"}, None),
        (Action.SECURITY_GROUPS, group("58"), None),
        (Action.SECURITY_GROUPS, group("256"), "'256' at IpPermissionsEgress.IpProtocol"),
        (
            Action.ECS_SERVICES,
            ecs(assignPublicIp="SOMETIMES"),
            "'SOMETIMES' at networkConfiguration.awsvpcConfiguration.assignPublicIp",
        ),
        (Action.ECS_SERVICES, ecs(assignPublicIp="ENABLED"), None),
        (Action.NETWORK_ACLS, acl("-1"), None),
        (Action.NETWORK_ACLS, acl("\u00b2"), "'\\xb2' at Entries.Protocol"),
    ],
)
def test_a_value_that_aws_does_not_have_is_named(action: Action, answer: Answer, value: str | None) -> None:
    assert unknown(action, answer) == value


def rewritten(value: Any, path: str, write: Callable[[str], str]) -> Any:
    """`value` with the texts at `path` written by `write`."""
    if isinstance(value, list):
        return [rewritten(part, path, write) for part in value]
    if value is None or not path:
        return None if value is None else write(value)
    name, _, rest = path.partition(".")
    return {**value, name: rewritten(value[name], rest, write)} if name in value else value


@pytest.mark.parametrize("write", [str.upper, str.title])
def test_values_in_another_case_are_those_of_aws(
    recorded: tuple[Api, str, Pages], monkeypatch: pytest.MonkeyPatch, write: Callable[[str], str]
) -> None:
    found, vpc, pages = recorded
    given = {**pages}
    for action, call in pages:
        for path in VALUES.get(action, ()):
            if path.endswith(("State", "Type", "Code", "Action", "Direction")):
                at = f"{action.result}.{path}" if action.result else path
                given[action, call] = rewritten(given[action, call], at, write)
    assert sum(given[call] != answers for call, answers in pages.items()) > 10
    monkeypatch.setattr(deadline, "WORKERS", 1)
    resources = []
    for answered in (pages, given):
        monkeypatch.setattr(api, "pages", lambda _, request, of=answered: iter(of.get(key(request), ())))
        resources.append([one["resources"] for one in read(found, vpc)])
        assert not found.unread
    assert resources[0] == resources[1]


@pytest.mark.parametrize(
    ("action", "path", "given", "meant"),
    [
        (Action.ROUTE_TABLES, "Routes.State", "BLACKHOLE", "blackhole"),
        (Action.ROUTE_TABLES, "Associations.AssociationState.State", "Disassociated", "disassociated"),
        (Action.NAT_GATEWAYS, "ConnectivityType", "PRIVATE", "private"),
        (Action.NAT_GATEWAYS, "State", "AVAILABLE", "available"),
        (Action.TRANSIT_ROUTES, "State", "Blackhole", "blackhole"),
        (Action.VPC_ENDPOINTS, "State", "PendingAcceptance", "pendingAcceptance"),
        (Action.VPC_ENDPOINTS, "VpcEndpointType", "gatewayloadbalancer", "GatewayLoadBalancer"),
        (Action.VPCS, "EncryptionControl.State", "Deleted", "deleted"),
        (Action.FIREWALL_RULE_GROUP, "RuleGroup.RulesSource.StatefulRules.Action", "pass", "PASS"),
        (
            Action.ECS_SERVICES,
            "networkConfiguration.awsvpcConfiguration.assignPublicIp",
            "enabled",
            "ENABLED",
        ),
    ],
)
def test_a_value_is_read_in_one_spelling(action: Action, path: str, given: str, meant: str) -> None:
    def answer(value: str) -> Any:
        found: Any = value
        for name in reversed(path.split(".")):
            found = {name: [found]} if name in ("Routes", "Associations", "StatefulRules") else {name: found}
        return found

    assert spelled(action, answer(given)) == answer(meant)


def test_a_document_that_breaks_the_schema_is_refused() -> None:
    known = SimpleNamespace(account="12", region=REGION, unread={})
    reading_ = network.Reading(frozenset(), {})
    with pytest.raises(AccessError) as error:
        document.build(known, reading_, [])  # type: ignore[arg-type]
    assert str(error.value) == (
        f"account 12 in {REGION}: accountId: '12' does not match '^[0-9]{{12}}$': "
        "AWS's own answers fit: see where AWS_ENDPOINT_URL and the proxy lead"
    )


def test_public_access_without_its_region_is_undetermined(
    account: Account, front: Front, mailroute: Command
) -> None:
    account.nat()
    arguments = ("diagnose", "--service", "shop", "--to", f"{RELAY}:587", "--json")
    front.answers[OPTIONS] = PUBLIC_ACCESS
    assert mailroute(*arguments).returncode == 0
    front.answers[OPTIONS] = {"VpcBlockPublicAccessOptions": {"InternetGatewayBlockMode": "off"}}
    result = mailroute(*arguments)
    assert (result.returncode, result.stderr) == (4, "")
    named = [finding["message"] for finding in json.loads(result.stdout)["findings"]]
    assert any(message.startswith(f"{OPTIONS} failed (the answer lacks AwsRegion)") for message in named)


def test_a_refusal_without_a_code_says_so(account: Account, front: Front, mailroute: Command) -> None:
    front.codeless = {"apprunner:ListServices"}
    result = mailroute("diagnose", "--service", "shop", "--to", f"{RELAY}:587")
    assert result.returncode == 2
    assert (
        "apprunner:ListServices: an answer with HTTP status 400 and no error code of AWS's" in result.stderr
    )


def test_a_failing_endpoint_is_not_a_refusal(account: Account, front: Front, mailroute: Command) -> None:
    front.broken = {"sts:GetCallerIdentity"}
    result = mailroute("diagnose", "--service", "shop", "--to", f"{RELAY}:587")
    assert result.returncode == 2
    assert result.stderr == (
        "mailroute: error: AWS cannot be reached: sts:GetCallerIdentity: "
        "an answer with HTTP status 500 and no error code of AWS's\n"
    )
