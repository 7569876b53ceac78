"""The report that is made of a rehearsal: the proof, what belongs together, and no secret in it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from enforcement import options
from enforcement.masking import Masker
from mailroute import pack, wire
from mailroute.rehearsal.result import (
    Diagnostic,
    Level,
    Operation,
    PlannedResource,
    PolicyResult,
    Severity,
)
from mailroute.report import as_json, markdown, redact, terminal
from mailroute.report.build import STOPPED, build
from mailroute.report.graph import program_resources, shown
from mailroute.report.model import Change, EgressChange
from mailroute.report.next_steps import next_steps
from reachability import UNKNOWN, Verdict
from rules import RULES
from rules.rule import Options
from tests.cli.samples import AFTER, ENDPOINT, PREFIX, REHEARSAL, STACK, TODAY, resource

PROGRAM = Path("/shop")
REHEARSAL_OK = replace(REHEARSAL, policies=(), outputs={}, resources=())


def evidence(*services: dict[str, Any]) -> dict[str, Any]:
    """An account with these App Runner services, all of them outside any VPC."""
    return {
        "version": 1,
        "accountId": "123456789012",
        "region": "us-east-1",
        "vpcs": [],
        "resources": [
            {
                "type": "aws:apprunner/service:Service",
                "id": f"arn:aws:apprunner:us-east-1:123456789012:service/{service['serviceName']}/1",
                "properties": service,
            }
            for service in services
        ],
    }


def service(name: str, host: str, kind: str = "DEFAULT", relay: str | None = None) -> dict[str, Any]:
    environment = {"SMTP_HOST": host, "SMTP_PORT": "587", **({"RELAY_HOST": relay} if relay else {})}
    image = {"imageConfiguration": {"runtimeEnvironmentVariables": environment}}
    return {
        "serviceName": name,
        "networkConfiguration": {"egressConfiguration": {"egressType": kind}},
        "sourceConfiguration": {"imageRepository": image},
    }


def options_of(told: dict[str, dict[str, Any]]) -> dict[str, Options]:
    """The options of the rules that are told something, by their defaults where they are not."""
    return {rule.name: options.read(rule, told.get(rule.name, {}))[0] for rule in RULES}


def report_of(*resources: Any, account: dict[str, Any] | None = None, **changes: Any) -> Any:
    told, packs = changes.pop("told", {}), changes.pop("packs", (PROGRAM / "policies",))
    rehearsal = replace(REHEARSAL, **{"policies": (), "diagnostics": (), "outputs": {}, **changes})
    return build(
        replace(rehearsal, resources=resources),
        account or evidence(),
        options_of(told),
        account="an account",
        program=PROGRAM,
        packs=packs,
    )


def shown_by_every_format(report: Any) -> tuple[str, ...]:
    return (
        as_json.render(report),
        markdown.render(report),
        terminal.render(report, width=100, colour=False),
    )


def planned_service(name: str, host: str, **changes: Any) -> Any:
    return resource("aws:apprunner/service:Service", name, inputs=service(name, host), **changes)


# Egress


def test_egress_of_the_program_stands_beside_today_s() -> None:
    report = report_of(planned_service("api", "new.example"), account=evidence(service("api", "old.example")))
    (change,) = report.egress
    assert change.after.urn == f"{PREFIX}aws:apprunner/service:Service::api"
    assert (change.after.destination.host, change.after.verdict) == ("new.example", Verdict.REACHABLE)
    assert change.today.destination.host == "old.example"
    assert change.change is Change.CHANGED


def test_egress_of_a_service_that_is_not_there_yet_has_no_today() -> None:
    report = report_of(planned_service("api", "a.example"), account=evidence(service("other", "a.example")))
    assert [change.today for change in report.egress] == [None]


def test_an_update_that_a_policy_stopped_has_no_egress_to_judge() -> None:
    """The route of the service may be among what was not created."""
    made = planned_service("shop", "smtp.example.com")
    refused = PolicyResult("mailroute", "smtp-port-allowed", Level.MANDATORY, f"{PREFIX}refused", "PORT: 25")
    there = replace(refused, urn=made.urn)

    stopped = report_of(made, operation=Operation.UP, policies=(refused,))
    ended = report_of(made, operation=Operation.UP, policies=(there,))

    assert stopped.egress == ()
    assert [(entry.service, entry.urn, entry.reason) for entry in stopped.unjudged] == [
        ("shop", made.urn, STOPPED)
    ]
    assert ended.unjudged == ()
    assert [entry.message for entry in stopped.rehearsal.diagnostics] == [STOPPED]
    assert len(ended.egress) == 1


def test_a_function_without_mail_is_listed_as_not_judged() -> None:
    """Destinations of the configuration count for every kind of workload."""
    inputs = {"name": "resize", "environment": {"variables": {"SIZE": "7"}}}
    function = resource("aws:lambda/function:Function", "resize", inputs=inputs)
    (unjudged,) = report_of(function).unjudged
    assert (unjudged.service, unjudged.urn) == ("resize", function.urn)
    assert unjudged.reason.startswith("no variable names a mail host, a mail URL or a mail provider's key")
    needed = {"destinations": [{"host": "hooks.example", "port": 443}]}
    report = report_of(function, told={"workload-egress-route": needed})
    assert [change.after.destination.host for change in report.egress] == ["hooks.example"]
    assert report.unjudged == ()


def test_today_is_matched_by_destination_before_anything_else() -> None:
    chat = {"host": "chat.example", "port": 443, "optional": True}
    report = report_of(
        planned_service("api", "new.example"),
        account=evidence(service("api", "old.example")),
        told={"apprunner-egress-route": {"destinations": [chat]}},
    )
    pairs = {change.after.destination.host: change.today.destination.host for change in report.egress}
    assert pairs == {"new.example": "old.example", "chat.example": "chat.example"}


def test_a_destination_beside_the_old_one_is_compared_with_that() -> None:
    report = report_of(
        resource(
            "aws:apprunner/service:Service", "api", inputs=service("api", "old.example", relay="new.example")
        ),
        account=evidence(service("api", "old.example")),
        told={"apprunner-egress-route": {"hostVariables": ["SMTP_HOST", "RELAY_HOST"]}},
    )
    pairs = {change.after.destination.host: change.today.destination.host for change in report.egress}
    assert pairs == {"old.example": "old.example", "new.example": "old.example"}


@pytest.mark.parametrize(
    ("today", "after", "change"),
    [
        (TODAY, AFTER, Change.GAINED),
        (AFTER, TODAY, Change.LOST),
        (TODAY, TODAY, Change.UNCHANGED),
        (None, AFTER, Change.NEW),
    ],
)
def test_change(today: Any, after: Any, change: Change) -> None:
    assert EgressChange(after, today).change is change


def test_a_secret_environment_is_judged_and_never_shown() -> None:
    """The pack sees the values: the report says what the pack says."""
    hidden = {
        name: wire.Secret(value) for name, value in {"SMTP_HOST": "mail.hidden", "SMTP_PORT": "2525"}.items()
    }
    inputs = service("api", "")
    image = inputs["sourceConfiguration"]["imageRepository"]["imageConfiguration"]
    image["runtimeEnvironmentVariables"] = hidden
    report = report_of(resource("aws:apprunner/service:Service", "api", inputs=inputs))

    (change,) = report.egress
    assert change.after.verdict is Verdict.REACHABLE
    (entry,) = json.loads(as_json.render(report))["egress"]
    assert entry["destination"] == {"host": {"$secret": True}, "port": {"$unknown": True}}
    for text in shown_by_every_format(report):
        assert "mail.hidden" not in text
        assert "2525" not in text


def a_secret_beside_a_plain_one() -> tuple[PlannedResource, PlannedResource]:
    """Two services with one relay: the first has it in a secret URL, the second in clear."""
    hidden = service("hidden", "")
    image = hidden["sourceConfiguration"]["imageRepository"]["imageConfiguration"]
    image["runtimeEnvironmentVariables"] = {"SMTP_URL": wire.Secret("smtp://u:hunter2@relay.example:587")}
    return (
        resource("aws:apprunner/service:Service", "hidden", inputs=hidden),
        planned_service("shown", "relay.example"),
    )


def test_a_host_in_clear_is_shown_where_no_secret_tells_it() -> None:
    """And there alone: the other egress, and all that is beside the two, keeps it hidden."""
    hidden, shown = a_secret_beside_a_plain_one()
    said = PolicyResult("mailroute", "p", Level.MANDATORY, shown.urn, "no way to relay.example")
    report = report_of(hidden, shown, policies=(said,))

    entries = json.loads(as_json.render(report))["egress"]
    assert [(entry["service"], entry["destination"]) for entry in entries] == [
        ("hidden", {"host": {"$secret": True}, "port": {"$unknown": True}}),
        ("shown", {"host": "relay.example", "port": 587}),
    ]
    by_service = {change.after.service: repr(change.after) for change in report.egress}
    assert "relay.example" in by_service["shown"]
    assert "relay.example" not in by_service["hidden"]
    assert report.rehearsal.policies[0].message == f"no way to {redact.MASK}"
    for text in shown_by_every_format(report):
        assert "hunter2" not in text


def test_what_the_configuration_has_as_secret_is_never_shown() -> None:
    """Even where the program takes it as plain text."""
    report = build(
        replace(REHEARSAL, policies=(), resources=a_secret_beside_a_plain_one()),
        evidence(),
        options_of({}),
        account="",
        program=PROGRAM,
        packs=(),
        mask=Masker(["relay.example"]),
        marked=frozenset({"relay.example"}),
    )
    for text in shown_by_every_format(report):
        assert "relay.example" not in text


def test_a_host_inside_a_secret_text_is_not_shown() -> None:
    """Whatever else is secret in it: container definitions are one JSON text."""
    environment = [{"name": "SMTP_HOST", "value": "mail.hidden"}, {"name": "PASSWORD", "value": "hunter2"}]
    task = resource(
        "aws:ecs/taskDefinition:TaskDefinition",
        "task",
        inputs={"containerDefinitions": wire.Secret(json.dumps([{"environment": environment}]))},
    )
    named = resource(
        "aws:ecs/service:Service",
        "worker",
        inputs={"taskDefinition": UNKNOWN},
        property_dependencies={"taskDefinition": (task.urn,)},
    )
    said = PolicyResult(
        "mailroute", "workload-egress-route", Level.MANDATORY, named.urn, "no mail.hidden:587"
    )
    report = report_of(task, named, planned_service("api", "plain.example"), policies=(said,))

    entries = json.loads(as_json.render(report))["egress"]
    assert [entry["destination"]["host"] for entry in entries] == ["plain.example", {"$secret": True}]
    for text in shown_by_every_format(report):
        assert "mail.hidden" not in text
        assert "plain.example" in text


def test_a_service_that_moves_to_ecs_has_the_egress_of_today() -> None:
    moved = resource(
        "aws:ecs/expressGatewayService:ExpressGatewayService",
        "api",
        inputs={
            "serviceName": "api",
            "primaryContainer": {"environments": [{"name": "SMTP_HOST", "value": "a.example"}]},
        },
    )
    (change,) = report_of(moved, account=evidence(service("api", "a.example"))).egress
    assert (change.after.urn, change.today.verdict) == (moved.urn, Verdict.REACHABLE)


def test_an_unknown_output_leaves_what_was_declared() -> None:
    planned = resource(
        "aws:ec2/routeTable:RouteTable",
        "table",
        inputs={"routes": [{"cidrBlock": "0.0.0.0/0", "natGatewayId": UNKNOWN}], "vpcId": "vpc-1"},
        outputs={"routes": UNKNOWN, "vpcId": "vpc-1", "arn": UNKNOWN, "tags": None},
    )
    assert dict(shown(planned)) == {
        "routes": [{"cidrBlock": "0.0.0.0/0", "natGatewayId": UNKNOWN}],
        "vpcId": "vpc-1",
        "arn": UNKNOWN,
        "tags": None,
    }


def test_a_resource_without_an_id_has_one_that_is_not_known() -> None:
    new, old = program_resources([ENDPOINT, replace(ENDPOINT, urn="urn:z", outputs={"id": "vpce-1"})])
    assert (new.id, old.id) == (UNKNOWN, "vpce-1")
    assert new.inputs == frozenset(ENDPOINT.inputs)


def test_a_resource_is_in_its_own_region_or_its_providers() -> None:
    provider = resource("pulumi:providers:aws", "eu", inputs={"region": "eu-west-1"})
    follows = resource("aws:ec2/eip:Eip", "a", provider=provider.urn)
    differs = resource("aws:ec2/eip:Eip", "b", provider=provider.urn, inputs={"region": "us-west-2"})
    found = {entry.name: entry.region for entry in program_resources([provider, follows, differs])}
    assert (found["a"], found["b"]) == ("eu-west-1", "us-west-2")


def test_what_an_unknown_provider_reaches_is_one_place() -> None:
    unknown = {"region": UNKNOWN, "assumeRoles": UNKNOWN}
    providers = [resource("pulumi:providers:aws", name, inputs=unknown) for name in ("a", "b")]
    addresses = [
        resource("aws:ec2/eip:Eip", name, provider=provider.urn)
        for name, provider in (("1", providers[0]), ("2", providers[0]), ("3", providers[1]))
    ]
    found = {entry.name: entry for entry in program_resources([*providers, *addresses])}
    assert found["1"].in_region_of(found["2"]) is True
    assert found["1"].in_region_of(found["3"]) is UNKNOWN


# Resources


def test_resources_are_grouped_by_the_innermost_component() -> None:
    outer = resource("shop:index:Net", "net", custom=False)
    inner = resource("shop:index:Zone", "net-a", custom=False, parent=outer.urn)
    subnet = resource("aws:ec2/subnet:Subnet", "net-a-subnet", parent=inner.urn)
    child = resource("aws:ec2/route:Route", "net-a-route", parent=subnet.urn, dependencies=(ENDPOINT.urn,))
    provider = resource("pulumi:providers:aws", "default_7_51_1", parent=None)
    stack = resource("pulumi:pulumi:Stack", "shop-prod", custom=False, parent=None)
    report = report_of(stack, provider, outer, inner, subnet, child, ENDPOINT)
    groups = [
        (group.component.name if group.component else None, [member.name for member in group.resources])
        for group in report.groups
    ]
    assert groups == [(None, ["smtp"]), ("net-a", ["net-a-route", "net-a-subnet"])]
    assert report.created == 3
    assert stack.urn == STACK


# DNS


def test_dns_records_of_route_53_and_those_left_to_a_person() -> None:
    known = resource(
        "aws:route53/record:Record",
        "spf",
        inputs={"name": "mail", "type": "TXT", "ttl": 300, "records": ["v=spf1 -all"]},
        outputs={"fqdn": "mail.shop.example", "records": ["v=spf1 -all"]},
    )
    unknown = resource(
        "aws:route53/record:Record",
        "dkim",
        inputs={"name": UNKNOWN, "type": "CNAME", "ttl": 1800, "records": [UNKNOWN]},
    )
    exported = [{"name": "_dmarc.shop.example", "type": "TXT", "ttl": 60, "value": "v=DMARC1; p=none"}]
    report = report_of(
        known, unknown, outputs={"records": exported, "count": 3, "names": ["a"], "later": UNKNOWN}
    )
    assert [(record.label, record.name, record.values, record.published) for record in report.dns] == [
        ("dkim", UNKNOWN, (UNKNOWN,), True),
        ("spf", "mail.shop.example", ("v=spf1 -all",), True),
        ("records", "_dmarc.shop.example", ("v=DMARC1; p=none",), False),
    ]


# What to do next


def test_next_is_to_create_it_with_the_pack_as_the_gate() -> None:
    (step,) = report_of(ENDPOINT).next_steps
    assert step.command == "pulumi up --stack prod --cwd /shop --policy-pack policies"


def test_next_is_to_write_our_pack_where_it_judged() -> None:
    write, create = report_of(ENDPOINT, packs=[pack.DIRECTORY]).next_steps
    assert write.command == "mailroute policy-pack /shop/mailroute-pack"
    assert create.command == "pulumi up --stack prod --cwd /shop --policy-pack mailroute-pack"


def test_next_is_the_pack_that_the_project_has(tmp_path: Path) -> None:
    """Which is not written anew, whatever its folder is called."""
    (tmp_path / "gate").mkdir()
    (tmp_path / "gate" / pack.MANIFEST).touch()
    steps = next_steps(REHEARSAL_OK, (), (), program=tmp_path, packs=[pack.DIRECTORY])
    (create,) = steps
    assert create.command == f"pulumi up --stack prod --cwd {tmp_path} --policy-pack gate"


def test_next_names_no_folder_of_installed_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the environment is inside the project, as `venv` usually is."""
    installed = tmp_path / "venv" / "lib" / "python3.12" / "site-packages" / "mailroute" / "policies"
    monkeypatch.setattr(pack, "DIRECTORY", installed)
    write, create = next_steps(REHEARSAL_OK, (), (), program=tmp_path, packs=[installed])
    assert write.command == f"mailroute policy-pack {tmp_path}/mailroute-pack"
    assert create.command == f"pulumi up --stack prod --cwd {tmp_path} --policy-pack mailroute-pack"


def test_next_is_the_programs_own_pack_in_a_checkout() -> None:
    root = pack.DIRECTORY.parent
    (create,) = next_steps(REHEARSAL_OK, (), (), program=root, packs=[pack.DIRECTORY])
    assert create.command is not None
    assert create.command.endswith("--policy-pack policies")


def test_next_is_to_fix_it_while_something_blocks() -> None:
    blocked = PolicyResult("p", "r", Level.MANDATORY, "", "no")
    (step,) = report_of(ENDPOINT, policies=(blocked,)).next_steps
    assert step.text == "Fix what blocks, as its message says, and rehearse again."


def test_next_is_to_take_over_a_service_that_is_there() -> None:
    outputs = {"importCommand": "pulumi import aws:apprunner/service:Service api ARN"}
    planned = planned_service("api", "a.example")
    there = report_of(planned, account=evidence(service("api", "a.example")), outputs=outputs)
    assert there.next_steps[0].command == outputs["importCommand"]
    new = report_of(planned, outputs=outputs)
    assert all(step.command != outputs["importCommand"] for step in new.next_steps)


# Secrets

PASSWORD = 'hunter2"\nx'


@pytest.mark.parametrize(
    "where",
    [
        {"inputs": {"secretString": wire.Secret(PASSWORD)}},
        {"outputs": {"nested": [{"password": wire.Secret(PASSWORD)}]}},
        {"inputs": {"text": wire.OutputValue(PASSWORD, (), secret=True)}},
        {"inputs": {"whole": wire.Secret({"user": "u", "password": PASSWORD})}},
    ],
)
def test_no_format_shows_a_secret_that_a_message_holds(where: dict[str, Any]) -> None:
    leaky = resource(
        "aws:ec2/eip:Eip", "address", **{"inputs": {"tags": {"note": f"is {PASSWORD}"}}, **where}
    )
    report = report_of(
        leaky,
        policies=(PolicyResult("p", "r", Level.MANDATORY, leaky.urn, f"the password {PASSWORD} is weak"),),
        diagnostics=(Diagnostic(Severity.INFO, f"using {PASSWORD}"),),
        outputs={"url": f"smtp://u:{PASSWORD}@host", "json": '{"password": "hunter2\\"\\nx"}'},
    )
    for text in shown_by_every_format(report):
        assert "hunter2" not in text
        assert redact.MASK in text.replace("\\", "")


def test_a_secret_that_only_the_config_holds_is_masked() -> None:
    rehearsal = replace(REHEARSAL, diagnostics=(Diagnostic(Severity.INFO, "token is tok-123"),))
    report = build(
        rehearsal, evidence(), options_of({}), account="", program=PROGRAM, packs=(), mask=Masker(["tok-123"])
    )
    assert report.rehearsal.diagnostics[0].message == f"token is {redact.MASK}"
