"""The edge to AWS: pages, batches, back-off, failures, roles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from evidence.live import AccessError, Action, collect, connect, network, pages
from evidence.live.api import Api
from evidence.live.request import Request, filtered
from tests.evidence.account import REGION, Account
from tests.evidence.front import Front

FILTERS = [{"Name": "vpc-id", "Values": ["vpc-1"]}]


class StubbedSession:
    """A session whose clients answer what they are told to, and only to the calls that they expect."""

    def __init__(self) -> None:
        self.stubs: dict[str, Stubber] = {}
        self.configs: list[Any] = []
        self.clients = {
            name: boto3.client(name, REGION, aws_access_key_id="a", aws_secret_access_key="b")
            for name in ("sts", "ec2")
        }
        for name, client in self.clients.items():
            self.stubs[name] = Stubber(client)
            self.stubs[name].activate()
        self.stubs["sts"].add_response("get_caller_identity", {"Account": "123456789012"})

    def client(self, service: str, *, region_name: str, config: Any) -> Any:
        assert region_name == REGION
        self.configs.append(config)
        return self.clients[service]


@pytest.fixture
def session() -> StubbedSession:
    return StubbedSession()


def subnet(identity: str) -> dict[str, str]:
    return {
        "SubnetId": identity,
        "VpcId": "vpc-1",
        "CidrBlock": "10.0.0.0/24",
        "AvailabilityZone": "us-east-1a",
    }


def test_every_page_is_read_each_as_large_as_aws_makes_them(session: StubbedSession) -> None:
    expected = {"Filters": FILTERS, "MaxResults": 1000}
    session.stubs["ec2"].add_response("describe_subnets", {"Subnets": [], "NextToken": "on"}, expected)
    first: dict[str, Any] = {"Subnets": [subnet("subnet-1")], "NextToken": "more"}
    session.stubs["ec2"].add_response("describe_subnets", first, {**expected, "NextToken": "on"})
    last = {"Subnets": [subnet("subnet-2"), subnet("subnet-3")]}
    session.stubs["ec2"].add_response("describe_subnets", last, {**expected, "NextToken": "more"})
    read: list[tuple[Action, int]] = []
    api = Api(session, REGION, lambda action, count: read.append((action, count)))
    answers = api.fetch(filtered(Action.SUBNETS, "vpc-id", ["vpc-1"]))
    assert [item["SubnetId"] for item in answers[Action.SUBNETS]] == ["subnet-1", "subnet-2", "subnet-3"]
    assert (read, api.unread) == ([(Action.SUBNETS, 3)], {})
    session.stubs["ec2"].assert_no_pending_responses()


def test_pages_that_botocore_has_no_paginator_for_are_read(session: StubbedSession) -> None:
    operation = "describe_vpc_block_public_access_exclusions"
    assert not session.clients["ec2"].can_paginate(operation)
    fields = {
        "ResourceArn": "arn:aws:ec2:us-east-1:1:vpc/vpc-1",
        "InternetGatewayExclusionMode": "allow-egress",
        "State": "create-complete",
    }
    for identity, given, onward in (("a", {}, {"NextToken": "more"}), ("b", {"NextToken": "more"}, {})):
        answer = {"VpcBlockPublicAccessExclusions": [{"ExclusionId": identity, **fields}], **onward}
        session.stubs["ec2"].add_response(operation, answer, {"MaxResults": 1000, **given})
    api = Api(session, REGION)
    answers = api.fetch([Request(Action.PUBLIC_ACCESS_EXCLUSIONS)])
    assert [item["ExclusionId"] for item in answers[Action.PUBLIC_ACCESS_EXCLUSIONS]] == ["a", "b"]


def test_a_page_that_leads_back_to_itself_is_a_failure(session: StubbedSession) -> None:
    for token in ("first", "second", "first"):
        session.stubs["ec2"].add_response("describe_subnets", {"Subnets": [], "NextToken": token})
    api = Api(session, REGION)
    assert api.fetch([Request(Action.SUBNETS)]) == {}
    assert api.unread[Action.SUBNETS] == "the pages lead in a circle: a token comes a second time"


def test_a_fault_of_our_own_is_no_failure_of_aws(
    session: StubbedSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.stubs["ec2"].add_response("describe_subnets", {"Subnets": [subnet("subnet-1")]})
    api = Api(session, REGION)
    monkeypatch.setattr(pages, "lacking", lambda *_: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        api.fetch([Request(Action.SUBNETS)])
    assert api.unread == {}


def test_what_breaks_botocore_is_a_failure_without_its_text(
    session: StubbedSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    def parse(**_: object) -> dict[str, Any]:
        raise KeyError("hunter2")

    api = Api(session, REGION)
    monkeypatch.setattr(session.clients["ec2"], "_make_api_call", lambda *_: parse())
    assert api.fetch([Request(Action.SUBNETS)]) == {}
    assert api.unread == {Action.SUBNETS: "the answer cannot be parsed"}


@pytest.mark.parametrize("variable", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_EC2"])
def test_an_endpoint_that_is_no_url_is_named(
    front: Front, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "hunter2 here")
    with pytest.raises(AccessError, match=r"^the endpoint of (sts|ec2) in .* is no URL: correct AWS_END"):
        connect(REGION).fetch([Request(Action.SUBNETS)])


def test_routes_beyond_the_last_page_are_a_failure(session: StubbedSession) -> None:
    answer: dict[str, Any] = {"Routes": [], "AdditionalRoutesAvailable": True}
    session.stubs["ec2"].add_response("search_transit_gateway_routes", answer)
    api = Api(session, REGION)
    request = Request(Action.TRANSIT_ROUTES, {"TransitGatewayRouteTableId": "tgw-rtb-1", "Filters": FILTERS})
    assert api.fetch([request]) == {}
    assert api.unread[Action.TRANSIT_ROUTES] == "there are more pages, and no token to ask for them by"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({}, "the answer lacks Subnets"),
        ({"Subnets": [subnet("subnet-1"), {"SubnetId": "subnet-2"}]}, "the answer lacks VpcId"),
        (
            {"Subnets": [{**subnet("a"), "Ipv6CidrBlockAssociationSet": [{"Ipv6CidrBlock": "2600::/64"}]}]},
            "the answer lacks Ipv6CidrBlockAssociationSet.Ipv6CidrBlockState",
        ),
    ],
)
def test_a_field_that_an_answer_lacks_is_named(
    session: StubbedSession, answer: dict[str, Any], reason: str
) -> None:
    session.stubs["ec2"].add_response("describe_subnets", answer)
    api = Api(session, REGION)
    assert api.fetch([Request(Action.SUBNETS)]) == {}
    assert api.unread == {Action.SUBNETS: reason}


def test_the_attribute_that_was_asked_for_is_in_the_answer(session: StubbedSession) -> None:
    for name in ("EnableDnsSupport", "EnableDnsHostnames"):
        answer = {"VpcId": "vpc-1", name: {"Value": True}}
        session.stubs["ec2"].add_response("describe_vpc_attribute", answer)
    api = Api(session, REGION)
    requests = [one for one in network.attributes("vpc-1") if "Support" in one.parameters["Attribute"]]
    assert list(api.fetch(requests)) == [Action.VPC_ATTRIBUTE]
    assert api.fetch(requests) == {}
    assert api.unread == {Action.VPC_ATTRIBUTE: "the answer lacks EnableDnsSupport"}


DENIED = "You are not authorized to perform this operation. User: arn:aws:iam::123456789012:user/team is"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ({"service_message": f"{DENIED}\nnot."}, f"UnauthorizedOperation: {DENIED} not"),
        (
            {"service_message": f"{DENIED} not. Encoded authorization failure message: {'x' * 999}"},
            f"UnauthorizedOperation: {DENIED} not",
        ),
        ({"service_message": "no " * 999}, "UnauthorizedOperation: " + "no " * 98 + "no..."),
        (
            {"service_error_code": "400", "service_message": "Bad Request", "http_status_code": 400},
            "an answer with HTTP status 400 and no error code of AWS's",
        ),
        (
            {"service_error_code": "", "http_status_code": 502},
            "an answer with HTTP status 502 and no error code of AWS's",
        ),
    ],
)
def test_a_refusal_says_aws_s_code_and_message(
    session: StubbedSession, error: dict[str, Any], reason: str
) -> None:
    session.stubs["ec2"].add_client_error(
        "describe_subnets", **{"service_error_code": "UnauthorizedOperation", **error}
    )
    api = Api(session, REGION)
    assert api.fetch([Request(Action.SUBNETS)]) == {}
    assert api.unread == {Action.SUBNETS: reason}


def test_an_action_of_which_one_call_fails_counts_as_unread(session: StubbedSession) -> None:
    session.stubs["ec2"].add_response("describe_subnets", {"Subnets": [subnet("subnet-1")]})
    session.stubs["ec2"].add_client_error("describe_subnets", "InternalError")
    api = Api(session, REGION)
    assert api.fetch([Request(Action.SUBNETS)] * 2) == {}
    assert api.unread == {Action.SUBNETS: "InternalError"}


def test_what_is_not_there_is_no_failure(session: StubbedSession) -> None:
    session.stubs["ec2"].add_client_error("describe_vpc_endpoint_services", "InvalidServiceName")
    api = Api(session, REGION)
    assert api.fetch([Request(Action.ENDPOINT_SERVICES)]) == {Action.ENDPOINT_SERVICES: []}
    assert api.unread == {}


@pytest.mark.parametrize("code", ["InternalError", "UnauthorizedOperation"])
def test_aws_itself_lacks_no_action(session: StubbedSession, code: str) -> None:
    session.stubs["ec2"].add_client_error("describe_vpc_block_public_access_options", code)
    api = Api(session, REGION)
    assert api.fetch([Request(Action.PUBLIC_ACCESS)]) == {}
    assert api.unread == {Action.PUBLIC_ACCESS: code}


def test_calls_wait_briefly_for_a_connection_and_back_off(
    session: StubbedSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_RETRY_MODE", raising=False)
    Api(session, REGION)
    assert (session.configs[0].connect_timeout, session.configs[0].retries["mode"]) == (3, "standard")
    monkeypatch.setenv("AWS_RETRY_MODE", "adaptive")
    session.stubs["sts"].add_response("get_caller_identity", {"Account": "123456789012"})
    session.configs.clear()
    Api(session, REGION)
    assert session.configs[0].retries is None


def test_filters_have_200_values_at_most() -> None:
    requests = list(filtered(Action.SUBNETS, "vpc-id", [f"vpc-{number:03}" for number in range(401)]))
    assert [len(request.parameters["Filters"][0]["Values"]) for request in requests] == [200, 200, 1]
    (nat,) = filtered(Action.NAT_GATEWAYS, "vpc-id", ["vpc-1", "vpc-1"])
    assert nat.parameters == {"Filter": FILTERS}


def test_a_call_that_is_turned_away_for_its_rate_is_made_again(
    account: Account, front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "3")
    front.throttled["ec2:DescribeSubnets"] = 2
    api = connect(REGION)
    answers = api.fetch(filtered(Action.SUBNETS, "vpc-id", [account.vpc]))
    assert {item["SubnetId"] for item in answers[Action.SUBNETS]} == set(account.private)
    assert front.calls["ec2:DescribeSubnets"] == 3


def test_the_profile_and_the_roles_of_a_provider_are_used(
    account: Account, front: Front, tmp_path: Path
) -> None:
    profile = "[profile team]\naws_access_key_id = team\naws_secret_access_key = team\n"
    (tmp_path / "config").write_text(profile)
    roles = ["arn:aws:iam::210987654321:role/first", "arn:aws:iam::210987654321:role/second"]
    document = collect([account.private[0]], REGION, profile="team", roles=roles)
    assert document["accountId"] == "210987654321"
    assert front.calls["sts:AssumeRole"] == 2
    front.denied.add("sts:AssumeRole")
    with pytest.raises(AccessError, match=r"role/first cannot be assumed: AccessDenied"):
        connect(REGION, roles=roles)


def test_ids_lead_to_their_vpc(account: Account, front: Front) -> None:
    nat = account.nat()
    ids = [*account.private, account.table, account.group, nat, account.vpc]  # moto finds no endpoint by id
    asked = [*ids, "i-1", "subnet-0123456789abcdef0"]
    assert network.vpcs_of(connect(REGION), asked) == dict.fromkeys(ids, account.vpc)
    assert collect([account.connector], REGION)["vpcs"] == [account.vpc]
