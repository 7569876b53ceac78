"""The three formats of a report, on a small one made by hand."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from mailroute.rehearsal.result import Interpreter, Level, PolicyResult, Source
from mailroute.report import as_json, markdown, mermaid, terminal
from mailroute.report.labels import resource_name
from mailroute.report.model import DnsRecord, EgressChange, Group, OnlyCreated, Repair, SourceLine, Step
from reachability.egress import Destination
from reachability.verdict import Assumption, Finding, Outcome, Verdict
from rules.egress import violation_of
from tests.cli.samples import AFTER, ENDPOINT, PASSWORD, PREFIX, REHEARSAL, REPORT, STACK, TODAY, resource

if TYPE_CHECKING:
    from mailroute.report.model import Report

HOSTILE = "a\x1b[31m\nb\u202e `c` **d** <script> @everyone | [x](y) #1 ``` %%{init}%%"

OFF, ALSO_OFF = (
    Outcome(assumptions=(Assumption("SETTING", vpc, "nobody set it", "look"),)) for vpc in ("vpc-1", "vpc-2")
)
TWICE = Outcome(warnings=(Finding("TWICE", "rtb-1", "two claim it", "keep one", Verdict.REACHABLE),))
ASSUMED = replace(
    REPORT,
    egress=(
        EgressChange(replace(AFTER, outcome=AFTER.outcome + OFF + TWICE), replace(AFTER, outcome=OFF)),
        EgressChange(replace(AFTER, service="web", outcome=ALSO_OFF), None),
    ),
)


def plain(report: Report, width: int = 80) -> str:
    return terminal.render(report, width=width, colour=False)


def violation(message: str, **changes: object) -> PolicyResult:
    return replace(
        PolicyResult("mailroute", "smtp-port-allowed", Level.MANDATORY, ENDPOINT.urn, message),
        **changes,  # type: ignore[arg-type]
    )


def with_policies(*results: PolicyResult) -> Report:
    return replace(REPORT, rehearsal=replace(REHEARSAL, policies=results))


# JSON


def test_json_is_the_contract() -> None:
    vpc = f"{PREFIX}aws:ec2/vpc:Vpc::main"
    document = json.loads(as_json.render(REPORT))
    assert {key: document[key] for key in document if key not in ("resources", "egress")} == {
        "schema": 2,
        "stack": "prod",
        "engine": "embedded",
        "operation": "preview",
        "ok": False,
        "runtime": None,
        "policies": [
            {
                "pack": "mailroute",
                "policy": "smtp-port-allowed",
                "level": "advisory",
                "urn": ENDPOINT.urn,
                "message": "PORT: odd",
                "source": None,
            },
            {
                "pack": "mailroute",
                "policy": "smtp-endpoint-usable",
                "level": "mandatory",
                "urn": ENDPOINT.urn,
                "message": "PRIVATE_DNS_OFF: it is off",
                "source": None,
            },
        ],
        "unjudged": [
            {
                "service": "nightly",
                "urn": f"{PREFIX}aws:batch/jobDefinition:JobDefinition::nightly",
                "reason": "no <reason>",
            }
        ],
        "creation": None,
        "changes": None,
        "fixed": [],
        "diagnostics": [{"severity": "warning", "message": "deprecated", "urn": ENDPOINT.urn}],
        "outputs": {
            "smtpHost": "email-smtp.us-east-1.amazonaws.com",
            "password": {"$secret": True},
            "endpoint": {"$unknown": True},
        },
    }
    assert document["resources"][1] == {
        "urn": ENDPOINT.urn,
        "type": "aws:ec2/vpcEndpoint:VpcEndpoint",
        "name": "smtp",
        "custom": True,
        "parent": STACK,
        "id": None,
        "inputs": {"vpcId": {"$unknown": True}, "serviceName": "com.amazonaws.us-east-1.email-smtp"},
        "dependencies": [vpc],
        "propertyDependencies": {"vpcId": [vpc], "serviceName": []},
        "source": None,
    }
    assert document["resources"][2]["inputs"] == {"secretString": {"$secret": True}}


def test_json_egress_has_today_beside_after() -> None:
    (entry,) = json.loads(as_json.render(REPORT))["egress"]
    contract = ["service", "urn", "destination", "verdict", "path", "findings", "assumptions", "today"]
    assert list(entry)[: len(contract)] == contract
    assert (entry["service"], entry["verdict"], entry["findings"]) == ("api", "reachable", [])
    assert entry["destination"] == {"host": "email-smtp.us-east-1.amazonaws.com", "port": 587}
    assert entry["today"]["verdict"] == "unreachable"
    assert list(entry["today"]) == ["destination", "verdict", "path", "findings", "assumptions"]
    assert [finding["code"] for finding in entry["today"]["findings"]] == ["NO_ROUTE"]


def test_json_of_a_service_that_is_new_has_no_today() -> None:
    report = replace(REPORT, egress=(EgressChange(AFTER, None),))
    assert json.loads(as_json.render(report))["egress"][0]["today"] is None


def test_json_tells_assumptions_and_warnings_of_each_time() -> None:
    entry, _ = json.loads(as_json.render(ASSUMED))["egress"]
    assumed = {"code": "SETTING", "resource": "vpc-1", "message": "nobody set it", "remedy": "look"}
    assert entry["assumptions"] == entry["today"]["assumptions"] == [assumed]
    assert [(found["code"], found["verdict"]) for found in entry["findings"]] == [("TWICE", "reachable")]
    assert entry["verdict"] == "reachable"


def test_every_format_says_where_in_the_program() -> None:
    found = Finding("ODD", f"{ENDPOINT.urn}#part", "it is odd", "look")
    after = replace(AFTER, outcome=AFTER.outcome + Outcome((), (found,)))
    planned = replace(ENDPOINT, source=Source("app/net.py", 7))
    report = replace(
        REPORT,
        rehearsal=replace(REHEARSAL, resources=(planned, PASSWORD)),
        egress=(EgressChange(after, TODAY, creation=after),),
        creation=OnlyCreated(resources=(PASSWORD,), egress=(after,)),
        source_lines={
            ENDPOINT.urn: SourceLine(Source("app/net.py", 7), 'smtp = aws.ec2.VpcEndpoint("smtp", *a\x1b)')
        },
    )
    document = json.loads(as_json.render(report))
    place = {"file": "app/net.py", "line": 7}
    assert [resource["source"] for resource in document["resources"]] == [place, None]
    assert [result["source"] for result in document["policies"]] == [place, place]
    (entry,), (created,) = document["egress"], document["creation"]["egress"]
    for judged, source in (
        (entry, place),
        (entry["creation"], place),
        (created, place),
        (entry["today"], None),
    ):
        assert [finding["source"] for finding in judged["findings"]] == [source]
    line = '  app/net.py:7: smtp = aws.ec2.VpcEndpoint("smtp", *a )\n'
    assert plain(report, 100).count(line) == 5
    assert "…\n" in plain(report, 40)
    assert markdown.render(report).count(" (`app/net.py:7`)") == 4


def test_every_format_names_what_ran_the_program() -> None:
    provider = resource("pulumi:providers:aws", "default_7_51_1", inputs={"version": "7.51.1"})
    ran = replace(REHEARSAL, python=Interpreter("/venv/bin/python", "3.12.1"))
    report = replace(REPORT, rehearsal=ran)
    found = {"python": "3.12.1", "path": "/venv/bin/python", "pulumiAws": None}
    assert json.loads(as_json.render(report))["runtime"] == found
    assert "program: Python 3.12.1 (/venv/bin/python)\n" in plain(report)
    report = replace(REPORT, rehearsal=replace(ran, resources=(provider,)))
    assert json.loads(as_json.render(report))["runtime"] == {**found, "pulumiAws": "7.51.1"}
    assert "program: Python 3.12.1, pulumi-aws 7.51.1 (/venv/bin/python)\n" in plain(report)
    assert " · embedded engine · Python 3.12.1, pulumi-aws 7.51.1 · account: " in markdown.render(report)


# Terminal


@pytest.mark.parametrize("width", [40, 80, 120])
def test_terminal_lines_keep_to_the_width(width: int) -> None:
    long = replace(REPORT, rehearsal=replace(REHEARSAL, policies=(violation("word " * 60),)))
    commands = {step.command for step in REPORT.next_steps}
    for line in plain(long, width).splitlines():
        assert len(line) <= width or line.strip() in commands


def test_terminal_tells_the_story() -> None:
    shown = plain(REPORT, 100)
    for part in (
        "stack prod of shop · preview · embedded engine",
        "Resources to create: 2",
        "✔ api → email-smtp.us-east-1.amazonaws.com:587: GAINED, unreachable today, reachable after",
        "today  ✘ unreachable  smtp-relay.brevo.com:587",
        "NO_ROUTE at rtb-1",
        "service api → subnet subnet-1 → endpoint smtp",
        "dkim-1 (known after creation)",
        "blocked: 1 mandatory violation, 1 advisory · 1 of 1 route reachable · 1 service not judged",
        "Not judged: 1",
        "nightly  no <reason>",
        "smtp-endpoint-usable (mailroute) mandatory · high · smtp",
        "warning: deprecated (smtp)",
        "pulumi up --stack prod --policy-pack policies",
    ):
        assert part in shown


def test_terminal_details_name_every_resource_and_hop() -> None:
    shown = terminal.render(REPORT, width=100, colour=False, details=True)
    for part in (
        "└→ route table rtb-1  explicitly associated",
        "✘ NO_ROUTE",
        "↳ add a NAT gateway",
        "└→ endpoint smtp  private DNS answers for the host",
        "+ aws.ec2.VpcEndpoint               smtp",
    ):
        assert part in shown
        assert part not in plain(REPORT, 100)


def test_terminal_says_what_is_wrong_before_anything_else() -> None:
    fixes = (Repair(("add a NAT gateway",), 36.5),)
    dead = replace(TODAY, urn=ENDPOINT.urn, service="web")
    said = violation(f"{violation_of(dead)}", urn=ENDPOINT.urn)
    report = replace(with_policies(said), egress=(EgressChange(AFTER, None), EgressChange(dead, None, fixes)))
    shown = plain(report, 120)
    order = ["✘ blocked: 1", "✘ web", "✘ NO_ROUTE", "$36.50", "✔ api", "Policies", "Resources", "DNS"]
    places = [shown.index(part) for part in order]
    assert places == sorted(places)
    assert "· 1 of 2 routes reachable" in shown


@pytest.mark.parametrize("render", [plain, markdown.render])
def test_a_finding_is_said_once(render) -> None:  # type: ignore[no-untyped-def]
    """Not again for today, which is the same, and not again by the policy that blocks on it."""
    dead = replace(TODAY, urn=ENDPOINT.urn)
    said = violation(str(violation_of(dead)), urn=ENDPOINT.urn)
    report = replace(with_policies(said), egress=(EgressChange(dead, TODAY),))
    shown = render(report)
    assert shown.count("no route for public addresses") == 1
    assert "api cannot reach smtp-relay.brevo.com:587." in " ".join(shown.split())
    assert "today and after" in shown
    other = replace(report, egress=())
    assert (
        render(other).count("no route for public addresses") == 1
    )  # Where no path is shown, the policy tells it.


def test_a_run_that_finds_nothing_is_short() -> None:
    good = replace(with_policies(), egress=(EgressChange(AFTER, AFTER),), dns=(), unjudged=())
    shown = plain(replace(good, rehearsal=replace(good.rehearsal, diagnostics=())), 100)
    assert len(shown.splitlines()) <= 17
    assert "✔ every mandatory policy holds · 1 of 1 route reachable" in shown
    assert "Policies" not in shown
    assert shown.count("email-smtp.us-east-1.amazonaws.com") == 2  # The route, and its path.


def test_terminal_shows_a_lost_path_as_lost() -> None:
    report = replace(REPORT, egress=(EgressChange(TODAY, AFTER),))
    assert "✘ api → smtp-relay.brevo.com:587: LOST, reachable today, unreachable after" in plain(report, 100)


def test_terminal_violations_that_block_come_first() -> None:
    shown = plain(REPORT)
    assert shown.index("smtp-endpoint-usable") < shown.index("smtp-port-allowed")


def test_terminal_has_colour_only_when_asked() -> None:
    assert "\x1b[" not in plain(REPORT)
    coloured = terminal.render(REPORT, width=80, colour=True)
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured).split() == plain(REPORT).split()


def test_terminal_passes_no_control_characters_on() -> None:
    report = with_policies(violation(HOSTILE))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202e]", plain(report))


def test_terminal_leaves_a_command_whole_to_be_copied() -> None:
    command = "pulumi import aws:apprunner/service:Service api " + "x" * 200
    report = replace(REPORT, next_steps=(Step("Take it over.", command),))
    assert command in plain(report, 60)


# Markdown


def test_markdown_tells_the_story() -> None:
    shown = markdown.render(REPORT)
    for part in (
        "## ❌ mailroute: stack `prod` of `shop`",
        "| `api` | `email-smtp.us-east-1.amazonaws.com:587` | ✘ unreachable | ✔ reachable | 🟢 **gained** |",
        "- today `NO_ROUTE` at `rtb-1`: no route for public addresses → add a NAT gateway",
        "❌ blocked: 1 mandatory violation, 1 advisory · 1 service not judged\n",
        "### Not judged: 1",
        "- `nightly`: no \\<reason\\>",
        "### Resources to create: 2",
        "| `mail.shop.example` | TXT |  | `v=spf1 include:amazonses.com ~all` | *you* |",
        "- Create it: `pulumi up --stack prod --policy-pack policies`",
    ):
        assert part in shown


def test_markdown_says_findings_of_today_and_after_once() -> None:
    fixes = (Repair(("add a NAT gateway",), 36.5), Repair(("move", "open the group"), 0.0))
    shown = markdown.render(replace(REPORT, egress=(EgressChange(TODAY, TODAY, repairs=fixes),)))
    assert shown.count("`NO_ROUTE`") == 1
    assert "- today and after `NO_ROUTE` at `rtb-1`" in shown
    assert "- $36.50 a month: add a NAT gateway\n- no monthly price: move; open the group" in shown


def test_markdown_draws_today_and_after() -> None:
    picture = mermaid.flowchart(REPORT.egress[0])
    assert picture.splitlines()[:9] == [
        "flowchart LR",
        '  subgraph today["today: unreachable"]',
        "    direction LR",
        '    today0["service<br/>api"]',
        '    today1["subnet<br/>subnet-1"]',
        '    today2["route table<br/>rtb-1"]',
        '    today_to(["smtp-relay.brevo.com:587"]):::unreachable',
        "    today0 --> today1",
        "    today1 --> today2",
    ]
    assert '    today2 -. "NO_ROUTE" .-> today_to' in picture
    assert "    after2 --> after_to" in picture


def test_markdown_makes_words_of_markup() -> None:
    assert markdown.prose("**x** <b> [a](b) `c` @me") == r"\*\*x\*\* \<b\> \[a\](b) \`c\` @<!-- -->me"
    assert markdown.code("a `` b") == "```a `` b```"
    assert markdown.code("`a`") == "`` `a` ``"
    assert markdown.code("") == ""


def test_markdown_table_has_its_columns_whatever_the_text() -> None:
    shown = markdown.render(with_policies(violation(HOSTILE)))
    (row,) = [line for line in shown.splitlines() if "everyone" in line]
    assert len(re.findall(r"(?<!\\)\|", row)) == 5
    assert "@everyone" not in row
    assert "\x1b" not in shown


def test_mermaid_label_is_words_alone() -> None:
    escaped = mermaid.escape(HOSTILE + '"x"')
    assert not re.search(r"""["`<>%\[\]{}|*]""", escaped)
    assert "#quot;x#quot;" in escaped


def test_markdown_fits_a_comment_and_says_what_is_left_out() -> None:
    many = tuple(resource("aws:ec2/eip:Eip", f"address-{index}") for index in range(5_000))
    report = replace(
        REPORT,
        rehearsal=replace(REHEARSAL, policies=tuple(violation("word " * 500) for _ in range(500))),
        groups=(Group(None, many),),
        egress=tuple(
            EgressChange(replace(AFTER, service=f"api-{index}"), replace(TODAY, service=f"api-{index}"))
            for index in range(300)
        ),
    )
    shown = markdown.render(report)
    assert len(shown) < 60_000
    assert "… 4" in shown
    assert "### Resources to create: 5000" in shown
    assert "❌ blocked: 500 mandatory violations" in shown


def test_markdown_of_a_small_report_leaves_nothing_out() -> None:
    assert "… " not in markdown.render(REPORT)


@pytest.mark.parametrize("render", [plain, markdown.render])
def test_what_several_verdicts_assume_is_said_once(render) -> None:  # type: ignore[no-untyped-def]
    shown = render(ASSUMED)
    assert shown.count("nobody set it") == 1
    assert "look" not in shown  # How to know it is told in the JSON, and by explain.
    assert "two claim it" in shown
    assert "Assumptions" not in render(REPORT)


@pytest.mark.parametrize("render", [plain, markdown.render])
def test_a_destination_that_is_optional_says_so(render) -> None:  # type: ignore[no-untyped-def]
    chat = replace(AFTER, destination=Destination("hooks.example", 443, optional=True))
    assert "(optional)" in render(replace(REPORT, egress=(EgressChange(chat, None),)))


def test_a_record_that_is_not_published_is_for_a_person() -> None:
    record = DnsRecord("out", "_dmarc.shop.example", "TXT", 300, ("v=DMARC1; p=none",), published=False)
    report = replace(REPORT, dns=(record,))
    assert "1 to publish at your DNS host" in plain(report)
    assert "| `v=DMARC1; p=none` | *you* |" in markdown.render(report)


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        ("arn:aws:ecs:us-east-1:123456789012:service/shop-cluster/mailer", "mailer"),
        ("aws:ecs/service:Service::arn:aws:ecs:us-east-1:123456789012:service/mailer", "mailer"),
        ("arn:aws:apprunner:us-east-1:123456789012:service/shop/0123", "shop"),
        ("arn:aws:lambda:us-east-1:123456789012:function:mailer", "mailer"),
        ("urn:pulumi:dev::shop::aws:ec2/subnet:Subnet::private", "private"),
    ],
)
def test_a_resource_is_called_by_its_name(reference: str, name: str) -> None:
    assert resource_name(reference) == name
