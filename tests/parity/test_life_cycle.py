"""The life of a stack on the official engine: created, changed, damaged, interrupted, repaired, destroyed.

The account is simulated, and refuses what AWS refuses. The pack is the gate at every step.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from mailroute.rehearsal.account import AwsResource, kind_of
from mailroute.rehearsal.shared import urns
from tests.parity.stack import POLICIES, ROOT, SHOP, Stack, account_of, needs_pulumi, stack_of

pytestmark = [pytest.mark.pulumi, needs_pulumi]

ROUTE = "aws:ec2/route:Route"
TABLE = "aws:ec2/routeTable:RouteTable"
NAT = "aws:ec2/natGateway:NatGateway"
ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
RECORD = "aws:route53/record:Record"
SERVICE = "aws:apprunner/service:Service"
RELAY = "smtp-relay.brevo.com:587"

Make = Callable[[Path, str], Stack]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Makes a stack of a program."""
    with ExitStack() as stacks:
        yield lambda program, name: stacks.enter_context(
            stack_of(program, name, tmp_path / name, account_of(name if program == ROOT else ""))
        )


@pytest.fixture
def shop(make: Make) -> Stack:
    return make(SHOP, "dev")


@pytest.fixture
def running(shop: Stack) -> Stack:
    """A shop whose mail leaves through NAT."""
    assert shop.up().changed == {"create": 16}
    assert shop.verdict("shop", RELAY) == "reachable"
    return shop


def default_route(stack: Stack) -> AwsResource:
    """The private subnets' way out."""
    [found] = [route for route in stack.account.of(ROUTE) if route.get("natGatewayId")]
    return found


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", ["prod", "dev"])
def test_this_project_lives_from_route_to_route(make: Make, name: str) -> None:
    stack = make(ROOT, name)
    services = [found.id for found in stack.account.of(SERVICE)]
    for service in services:  # the incident's own is there already
        stack.done("import", SERVICE, "service", service, "--protect=false", "--generate-code=false", "--yes")
    stack.configure(domain="daadaar.com", route="ses")
    assert stack.run("preview", "--policy-pack", str(POLICIES)).status == 0
    assert stack.held() == stack.before
    for route in ("ses", "nat", "both", "ses"):
        stack.configure(route=route)
        switched = stack.up()
        assert (switched.status, switched.violated) == (0, frozenset()), switched.said
        assert bool(list(stack.account.of(NAT))) == (route != "ses")
        assert bool(list(stack.account.of(ENDPOINT))) == (route != "nat")
        assert stack.orphans() == []
    assert stack.up().changed == {}
    assert stack.done("refresh", "--yes", "--expect-no-changes").changed == {}
    if name == "prod":
        held = stack.held()
        stack.configure(serviceName="another-name")
        renamed = stack.run("preview")
        assert renamed.status != 0
        assert "unable to replace resource" in renamed.said
        stack.configure(serviceName="daadaar-backend")
        assert stack.run("destroy", "--yes").status != 0
        assert stack.held() == held
        stack.configure(protect="false")
        assert stack.up().status == 0
    stack.done("destroy", "--yes")
    assert stack.state().get("resources") is None
    left = stack.held().keys() - stack.before.keys()
    assert {type_ for type_, _ in left} <= {RECORD}  # DKIM's, without which SES sends no more
    assert stack.held().keys() - left == stack.before.keys() - {(SERVICE, each) for each in services}


def test_a_rolled_back_deployment_keeps_the_old_path(make: Make) -> None:
    stack = make(ROOT, "dev")
    stack.configure(route="nat", domain="daadaar.com")
    assert stack.up().status == 0
    stack.account.deployments["mailroute-app"] = "rolled back"
    stack.configure(route="ses")
    failed = stack.up()
    assert failed.status != 0
    assert (
        "App Runner service 'mailroute-app' does not run with what this update gave it: SMTP_HOST"
        in failed.said
    )
    assert "Traceback" not in failed.said
    assert "delete" not in failed.changed
    assert stack.verdict("mailroute-app", RELAY) == "reachable"
    stack.account.deployments.clear()
    assert stack.up().status == 0
    assert stack.verdict("mailroute-app", "email-smtp.us-east-1.amazonaws.com:587") == "reachable"
    assert not list(stack.account.of(NAT))


def test_a_connector_of_before_is_there_for_another_try(make: Make) -> None:
    """The engine may delete what an update has replaced at the start of the next one."""
    stack = make(ROOT, "prod")
    [service] = stack.account.of(SERVICE)
    stack.done("import", SERVICE, "service", service.id, "--generate-code=false", "--yes")
    assert stack.up().status == 0
    stack.account.deployments["daadaar-backend"] = "rolled back"
    stack.configure(privateSubnetIds='["subnet-058489269eab00608"]')
    for _again in range(2):
        failed = stack.up("--refresh")
        assert failed.status != 0
        assert "does not run with what this update gave it: VPC connector;" in failed.said, failed.said
        assert stack.verdict("daadaar-backend", "email-smtp.us-east-1.amazonaws.com:587") == "reachable"
    stack.account.deployments.clear()
    done = stack.up("--refresh")
    assert done.status == 0, done.said


def test_a_secret_of_the_config_is_one_of_the_state(make: Make) -> None:
    stack = make(ROOT, "dev")
    stack.done("config", "set", "--secret", "--path", "mailroute:environment.API_KEY", "hunter2")
    for level in ("a", "b"):
        stack.done("config", "set", "--path", "mailroute:environment.LEVEL", level)
        preview = stack.run("preview", "--policy-pack", str(POLICIES))
        done = stack.up()
        assert (preview.status, done.status, done.violated) == (0, 0, frozenset()), done.said
        assert "hunter2" not in preview.said + done.said + stack.done("stack", "export").said
    [service] = stack.account.of(SERVICE)
    assert "hunter2" in str(service.get("sourceConfiguration"))
    assert isinstance(json.loads(stack.done("stack", "output", "--json").said)["serviceUrl"], str)
    assert "[secret]" not in stack.done("stack", "output", "--json").said


def test_former_names_of_a_state_are_kept(make: Make) -> None:
    """Rules were called by the names of destinations, the policy and records by their owners alone."""
    stack = make(ROOT, "prod")
    [service] = stack.account.of(SERVICE)
    stack.done("import", SERVICE, "service", service.id, "--generate-code=false", "--yes")
    stack.configure(route="both", mailThrough="nat")
    assert stack.up().status == 0
    former = {
        "::service-0.0.0.0-0-587": "::service-relay-587",
        "::service-sg-08c3d5e60fa1b7294-5432": "::service-postgres-5432",
        "::service-sg-0f47a91c2bd6e8053-6379": "::service-redis-6379",
        "::sender-daadaar.com": "::sender",
    }
    exported = stack.done("stack", "export").said
    for name, old in former.items():
        assert f'{name}"' in exported
        exported = exported.replace(f'{name}"', f'{old}"')
    exported, records = re.subn(
        '(::identity-(mail-from-mx|mail-from-spf|dmarc))-[0-9a-f]{8}"', r'\1"', exported
    )
    assert records >= 3
    state = stack.directory / "former.json"
    state.write_text(exported, encoding="utf-8")
    stack.done("stack", "import", "--file", str(state))
    held = stack.held()
    assert stack.up().changed == {}
    assert stack.held() == held
    assert all(f'{name}"' in stack.done("stack", "export").said for name in former)


def test_destroy_keeps_the_service_and_its_mail(make: Make) -> None:
    stack = make(ROOT, "prod")
    [service] = stack.account.of(SERVICE)
    stack.done("import", SERVICE, "service", service.id, "--generate-code=false", "--yes")
    assert stack.up().status == 0
    held = stack.held()
    refused = stack.run("destroy", "--yes")
    assert refused.status != 0
    assert "because it is protected. To unprotect the resource" in refused.said
    assert stack.held() == held
    kept = stack.done("destroy", "--yes", "--exclude-protected")
    assert "SES identity daadaar.com, secret with the SMTP" in kept.said
    assert stack.verdict("daadaar-backend", "email-smtp.us-east-1.amazonaws.com:587") == "reachable"
    stack.configure(protect="false")
    assert stack.up().status == 0
    stack.done("destroy", "--yes")
    assert stack.state().get("resources") is None


def test_a_change_that_removes_the_path_is_stopped(running: Stack) -> None:
    held, managed = running.held(), running.managed()
    running.configure(way="none")
    stopped = running.up()
    assert stopped.status != 0
    assert stopped.violated == {"apprunner-egress-route"}
    assert (running.held(), running.managed()) == (held, managed)


def test_without_a_preview_the_way_out_is_judged_when_it_is_gone(running: Stack) -> None:
    running.configure(way="none")
    late = running.up("--skip-preview")
    assert late.status != 0
    assert late.violated == {"apprunner-egress-route"}
    assert not list(running.account.of(NAT))
    assert running.verdict("shop", RELAY) == "unreachable"
    running.configure(way="nat")
    assert running.up().changed == {"create": 3}
    assert running.verdict("shop", RELAY) == "reachable"


def test_a_deleted_route_is_seen_by_refresh_and_restored(running: Stack) -> None:
    route = default_route(running)
    running.account.remove(ROUTE, route.id)
    assert running.verdict("shop", RELAY) == "unreachable"
    assert running.up().changed == {}  # the engine goes by its state
    seen = running.run("refresh", "--preview-only", "--expect-no-changes")
    assert (seen.status != 0, seen.changed) == (True, {"delete": 1})
    assert running.up("--refresh").changed == {"create": 1}
    assert running.verdict("shop", RELAY) == "reachable"
    assert running.done("refresh", "--yes", "--expect-no-changes").changed == {}


def test_a_group_that_somebody_closes_is_opened_again(running: Stack) -> None:
    [group] = [found for found in running.account.of(GROUP) if found.get("name") != "default"]
    running.account.put(AwsResource(GROUP, group.id, {**group.outputs, "egress": []}))
    assert running.verdict("shop", RELAY) == "unreachable"
    assert running.up("--refresh").changed == {"update": 1}
    assert running.verdict("shop", RELAY) == "reachable"


def test_a_failed_creation_goes_on_where_it_ended(shop: Stack) -> None:
    shop.configure(zone="us-east-1e")
    failed = shop.run("up", "--yes", "--skip-preview")
    assert failed.status != 0
    assert "an Availability Zone where App Runner is not available" in failed.said
    assert not list(shop.account.of(SERVICE))
    assert shop.held().keys() == shop.managed()
    shop.configure(zone="us-east-1a")
    repaired = shop.up()
    assert repaired.status == 0, repaired.said
    assert shop.up().changed == {}
    assert shop.held().keys() == shop.managed()
    shop.done("destroy", "--yes")
    assert shop.held() == {}


def test_a_request_that_the_kill_cut_off_is_simply_made_again(shop: Stack) -> None:
    shop.account.on_request[NAT] = shop.kill
    be_killed(shop)
    assert "locked by 1 lock(s)" in shop.run("up", "--yes", "--skip-preview").said
    shop.done("cancel", "--yes")
    again = shop.up()
    assert again.status == 0, again.said
    assert "interrupted while creating" in again.said
    assert shop.held().keys() == shop.managed()
    # The engine cannot know that nothing came of it, and says so until it is told.
    assert [resource["type"] for resource in shop.pending()] == [NAT]
    shop.done("refresh", "--yes", "--clear-pending-creates")
    assert shop.pending() == []
    assert shop.up().changed == {}


@pytest.mark.parametrize(
    ("victim", "refusal"),
    [
        (f"{NAT}::nat", "Resource.AlreadyAssociated"),
        (f"{ROUTE}::nat", "RouteAlreadyExists"),
        (f"{SERVICE}::shop", "Service with the provided name already exists"),
    ],
)
def test_what_a_kill_left_behind_is_refused_and_imported(shop: Stack, victim: str, refusal: str) -> None:
    """`kill -9` between AWS's answer and its arrival: the worst moment there is."""
    shop.account.on_created[victim] = shop.kill
    be_killed(shop)
    shop.done("cancel", "--yes")
    refused = shop.run("up", "--yes", "--skip-preview")
    assert refused.status != 0
    assert refusal in refused.said
    import_what_is_there(shop)
    repaired = shop.up()
    assert repaired.status == 0, repaired.said
    assert shop.held().keys() == shop.managed()
    assert shop.up().changed == {}
    shop.done("destroy", "--yes")
    assert shop.held() == {}


def test_what_components_create_is_imported_beneath_them(make: Make) -> None:
    stack = make(ROOT, "dev")
    stack.account.on_created["mailroute:index:NatEgress$aws:ec2/natGateway:NatGateway::nat-us-east-1a"] = (
        stack.kill
    )
    be_killed(stack)
    stack.done("cancel", "--yes")
    import_what_is_there(stack)
    repaired = stack.up()
    assert repaired.status == 0, repaired.said
    assert stack.orphans() == []
    assert stack.up().changed == {}
    stack.done("destroy", "--yes")
    assert stack.held() == {}


def test_a_nameless_resource_is_doubled_unless_imported(shop: Stack) -> None:
    shop.account.on_created[f"{TABLE}::private"] = shop.kill
    be_killed(shop)
    shop.done("cancel", "--yes")
    again = shop.up()
    assert again.status == 0, again.said
    assert TABLE in shop.orphans()


def test_a_nameless_resource_imported_first_is_not_doubled(shop: Stack) -> None:
    shop.account.on_created[f"{TABLE}::private"] = shop.kill
    be_killed(shop)
    shop.done("cancel", "--yes")
    import_what_is_there(shop)
    repaired = shop.up()
    assert repaired.status == 0, repaired.said
    assert shop.orphans() == []


def be_killed(stack: Stack) -> None:
    """An update that ends at once: one resource at a time, so that the moment is the same each time."""
    assert stack.run("up", "--yes", "--skip-preview", "--parallel", "1").status < 0


def import_what_is_there(stack: Stack) -> None:
    """What the guide asks for after an interruption: clear what the state waits for, import what AWS has."""
    lost = stack.held().keys() - stack.managed()
    pending = stack.pending()
    stack.done("refresh", "--yes", "--clear-pending-creates")
    for resource in pending:
        type_, name = resource["type"], urns.name_of(resource["urn"])
        parent = resource["parent"]
        beneath = (
            [] if urns.type_of(parent) == urns.STACK_TYPE else [f"--parent={urns.name_of(parent)}={parent}"]
        )
        for identity in [identity for found, identity in lost if found == type_]:
            found = stack.account.find(type_, identity)
            assert found is not None
            imported_as = kind_of(type_).imported_as
            called = imported_as(found.properties) if imported_as else identity
            options = ("--protect=false", "--generate-code=false", "--yes", *beneath)
            stack.done("import", type_, name, called, *options)


def test_an_import_writes_the_code_for_what_it_finds(make: Make) -> None:
    stack = make(ROOT, "prod")
    said = stack.done("import", "aws:ec2/vpc:Vpc", "vpc", "vpc-0e9cd2c204069ca54", "--yes").said
    assert 'vpc = aws.ec2.Vpc("vpc",\n    cidr_block="172.31.0.0/16",' in said
    assert stack.run("import", "aws:ec2/vpc:Vpc", "other", "vpc-0", "--yes").status != 0
