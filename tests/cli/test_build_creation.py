"""What a report takes from the creation that is simulated beside a preview."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from mailroute.cli import explain
from mailroute.rehearsal.result import Creation, PlannedResource
from mailroute.report import github, html, markdown, terminal
from mailroute.report.build import build
from mailroute.report.formats import render
from mailroute.report.model import OnlyCreated, Report
from mailroute.report.problems import problems
from mailroute.wire import Secret
from reachability import UNKNOWN, Verdict
from tests.cli.samples import REHEARSAL, resource
from tests.cli.test_build import PROGRAM, evidence, options_of, service, shown_by_every_format
from tests.cli.test_output_schema import problems as schema_problems

SERVICE = "aws:apprunner/service:Service"
ACCOUNT = Path(__file__).parents[2] / "accounts" / "prod.json"
HOSTS = (("SMTP", "smtp.example.com"), ("EMAIL", "10.0.0.9"))
UNREACHABLE, UNDETERMINED, REACHABLE = Verdict.UNREACHABLE, Verdict.UNDETERMINED, Verdict.REACHABLE


def api(host: Any, name: str = "api", **changes: Any) -> PlannedResource:
    """A service that sends to `host`, outside any VPC."""
    inputs = service(name, host)
    return resource(SERVICE, name, inputs=inputs, outputs=inputs, **changes)


def computed(name: str = "api") -> PlannedResource:
    """One whose host is what a program makes of an output."""
    return api(UNKNOWN, name, property_dependencies={"sourceConfiguration": ("urn:elsewhere",)})


def report_of(
    planned: tuple[PlannedResource, ...], creation: Creation | None, account: dict[str, Any] | None = None
) -> Report:
    return build(
        replace(REHEARSAL, policies=(), diagnostics=(), outputs={}, resources=planned),
        account or evidence(),
        options_of({}),
        account="an account",
        program=PROGRAM,
        packs=(PROGRAM / "policies",),
        creation=creation,
    )


def verdicts(report: Report) -> list[tuple[str, Verdict, Verdict | None]]:
    return [
        (change.after.service, change.after.verdict, change.creation.verdict if change.creation else None)
        for change in report.egress
    ]


@pytest.mark.parametrize(
    ("planned", "created", "expected"),
    [
        (api("smtp.example.com"), api("smtp.example.com"), (REACHABLE, None)),
        (computed(), api("smtp.example.com"), (UNDETERMINED, REACHABLE)),
        (computed(), api("10.0.0.9"), (UNDETERMINED, UNREACHABLE)),
        (api("smtp.example.com"), api("10.0.0.9"), (REACHABLE, UNREACHABLE)),
        (computed(), computed(), (UNDETERMINED, None)),
    ],
)
def test_it_is_shown_where_it_decides_otherwise(
    planned: PlannedResource, created: PlannedResource, expected: tuple[Verdict, Verdict | None]
) -> None:
    report = report_of((planned,), Creation((created,)))
    assert verdicts(report) == [("api", *expected)]
    assert report.creation == OnlyCreated()


def in_the_vpc(service: PlannedResource, account: dict[str, Any]) -> PlannedResource:
    """`service` behind the account's connector, whose VPC has no way out."""
    connectors = (each["id"] for each in account["resources"] if each["type"].endswith(":VpcConnector"))
    network = {"egressConfiguration": {"egressType": "VPC", "vpcConnectorArn": next(connectors)}}
    inputs = {**service.inputs, "networkConfiguration": network}
    return replace(service, inputs=inputs, outputs=inputs)


def test_what_it_decides_dead_has_its_fixes_and_prices(tmp_path: Path) -> None:
    """In every format for people, in the JSON, and in `explain` of that."""
    account = json.loads(ACCOUNT.read_text(encoding="utf-8"))
    planned, created = (in_the_vpc(each, account) for each in (computed(), api("smtp.example.com")))
    report = report_of((planned,), Creation((created,)), account)
    assert verdicts(report) == [("api", UNDETERMINED, UNREACHABLE)]

    document = json.loads(render("json", report))
    (entry,) = document["egress"]
    assert entry["repairs"] == []
    assert [each["monthlyUsd"] for each in entry["creation"]["repairs"]] == [36.5]
    assert schema_problems(document, "rehearsal") == []

    file = tmp_path / "rehearsal.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    explained = CliRunner().invoke(explain.command, [str(file)]).output
    heading = "Any one of these fixes it in the simulated creation"
    text = terminal.render(report, width=200, colour=False)
    for shown in (text, markdown.render(report), html.render(report), explained):
        assert shown.count(heading) == 1
        assert "$36.50 a month" in shown
        assert "add a NAT gateway in public subnet" in " ".join(shown.split())


def test_simulated_ids_are_shown_as_the_program_s_names() -> None:
    account = json.loads(ACCOUNT.read_text(encoding="utf-8"))
    ids = ("subnet-07be90d42f1a6c385", "subnet-058489269eab00608")
    subnets = tuple(
        resource(
            each["type"],
            f"of-{each['id'][-5:]}",
            id=each["id"],
            inputs=each["properties"],
            outputs={**each["properties"], "id": each["id"]},
        )
        for each in account["resources"]
        if each["id"] in ids
    )
    planned, created = (in_the_vpc(each, account) for each in (computed(), api("smtp.example.com")))
    late = in_the_vpc(api("smtp.example.com", "late"), account)
    report = report_of((planned,), Creation((created, late, *subnets)), account)
    (change,) = report.egress
    assert change.creation is not None
    assert report.creation is not None
    (fix,) = change.creation_repairs
    assert "in public subnet of-6c385 and route" in fix.changes[0]
    for egress in (change.creation, *report.creation.egress):
        (finding,) = egress.outcome.findings
        assert "route table rtb-0b5e21f97c4d38a06 of subnets of-00608 and subnet-0a83" in finding.message
    assert not [text for text in shown_by_every_format(report) if "subnet subnet-058489269eab00608" in text]


def test_without_one_there_is_nothing_to_show() -> None:
    assert report_of((computed(),), None).creation is None


def sends_to(variables: dict[str, Any]) -> PlannedResource:
    """A service with these variables, of which those that are unknown come from an output."""
    inputs = service("api", "")
    inputs["sourceConfiguration"]["imageRepository"]["imageConfiguration"] = {
        "runtimeEnvironmentVariables": variables
    }
    computed = {"sourceConfiguration": ("urn:elsewhere",)}
    return resource(SERVICE, "api", inputs=inputs, outputs=inputs, property_dependencies=computed)


def test_a_destination_is_compared_with_itself_first() -> None:
    first, second = ({f"{name}_HOST": host, f"{name}_PORT": "587"} for name, host in HOSTS)
    report = report_of((sends_to(first),), Creation((sends_to({**first, **second}),)))
    assert verdicts(report) == [("api", REACHABLE, None)]
    assert report.creation is not None
    assert [str(egress.destination) for egress in report.creation.egress] == ["10.0.0.9:587"]


def test_a_host_to_come_is_none_of_those_that_are_known() -> None:
    known = {"EMAIL_HOST": "b.example.com", "EMAIL_PORT": "587"}
    planned, created = (
        sends_to({"SMTP_HOST": host, "SMTP_PORT": "587", **known}) for host in (UNKNOWN, "smtp.example.com")
    )
    report = report_of((planned,), Creation((created,)))
    assert verdicts(report) == [("api", UNDETERMINED, REACHABLE), ("api", REACHABLE, None)]
    to_come = report.egress[0].creation
    assert to_come is not None
    assert str(to_come.destination) == "smtp.example.com:587"


def test_what_is_only_created_is_told_apart() -> None:
    late = api("smtp.example.com", "late")
    report = report_of((api("smtp.example.com"),), Creation((api("smtp.example.com"), late)))
    assert report.creation is not None
    assert report.creation.resources == (late,)
    assert [(egress.service, egress.verdict) for egress in report.creation.egress] == [("late", REACHABLE)]
    assert [change.after.service for change in report.egress] == ["api"]


def test_a_creation_that_fails_decides_nothing() -> None:
    report = report_of((computed(),), Creation((api("smtp.example.com"),), "it fails"))
    assert verdicts(report) == [("api", UNDETERMINED, None)]
    assert report.creation == OnlyCreated("it fails")


@pytest.mark.parametrize(
    ("creation", "warned"),
    [
        (Creation((api("smtp.example.com"),)), False),
        (Creation((api("10.0.0.9"),)), True),
        (Creation(problem="it fails"), True),
        (None, False),
    ],
)
def test_the_next_step_is_to_see_what_it_says_otherwise(creation: Creation | None, warned: bool) -> None:
    report = report_of((api("smtp.example.com"),), creation)
    assert any("simulated creation" in step.text for step in report.next_steps) is warned


FAILED = Creation(problem="main.py:3: it is refused")
FAILS, DEAD = "the simulated creation fails", "1 route not reachable in the simulated creation"


@pytest.mark.parametrize(
    ("planned", "creation", "says"),
    [
        (api("smtp.example.com"), FAILED, f"! every mandatory policy holds; but {FAILS}"),
        (
            api("smtp.example.com"),
            Creation((api("10.0.0.9"),)),
            f"! every mandatory policy holds; but {DEAD}",
        ),
        (
            api("smtp.example.com"),
            Creation((api("smtp.example.com"), api("10.0.0.9", "late"))),
            f"! every mandatory policy holds; but {DEAD}",
        ),
        (
            computed(),
            Creation((api("smtp.example.com"),)),
            "✔ every mandatory policy holds; 1 more route reachable in the simulated creation",
        ),
        (api("smtp.example.com"), Creation((api("smtp.example.com"),)), "✔ every mandatory policy holds"),
    ],
)
def test_the_first_line_says_what_the_creation_says(
    planned: PlannedResource, creation: Creation, says: str
) -> None:
    """In every format for people; the policies of the preview alone decide whether it is `ok`."""
    report = report_of((planned,), creation)
    mark, _, words = says.partition(" ")

    assert report.ok
    assert f"\n{says} · " in terminal.render(report, width=200, colour=False)
    title, _, rest = markdown.render(report).partition("\n")
    assert title.startswith({"✔": "## ✅ ", "!": "## 🟡 "}[mark])
    assert f"{words}\n" in rest
    page = html.render(report)
    assert f"<title>{mark} mailroute" in page
    assert f">{says} · " in page
    assert ("It fails: main.py:3: it is refused" in page) is (creation is FAILED)
    assert github.render(report).count("simulated-creation") == (mark == "!")


def test_a_blocked_preview_says_that_its_creation_fails_too() -> None:
    report = report_of((api("smtp.example.com"),), FAILED)
    blocked = replace(report, rehearsal=replace(report.rehearsal, policies=REHEARSAL.policies))
    assert f"\n✘ blocked: 1 mandatory violation, 1 advisory; {FAILS} · " in terminal.render(
        blocked, width=200, colour=False
    )


def test_machines_are_told_of_the_creation_as_no_blocker() -> None:
    report = report_of((api("smtp.example.com"),), Creation((api("10.0.0.9"),)))
    (problem,) = problems(report)
    assert (problem.id, problem.blocks, problem.urn) == (
        "simulated-creation",
        False,
        report.egress[0].after.urn,
    )
    assert "in the simulated creation api cannot reach 10.0.0.9:587." in problem.text
    assert "NO_ROUTE_TO_DESTINATION" in problem.text
    for form in ("sarif", "junit", "github"):
        assert "simulated-creation" in render(form, report)


def test_secrets_of_the_creation_are_shown_nowhere() -> None:
    password = resource("aws:ssm/parameter:Parameter", "late", inputs={"value": Secret("hunter2")})
    for creation in (Creation((password,)), Creation((password,), "not with hunter2")):
        for shown in shown_by_every_format(report_of((api("smtp.example.com"),), creation)):
            assert "hunter2" not in shown


def test_a_mail_host_that_the_creation_makes_secret_is_hidden() -> None:
    created = api(Secret("mail.hidden.example"))
    for shown in shown_by_every_format(report_of((computed(),), Creation((created,)))):
        assert "mail.hidden.example" not in shown


def test_a_host_inside_a_secret_of_the_creation_is_hidden() -> None:
    late = sends_to({"GF_SMTP_HOST": Secret("mail.hidden.example:587")})
    report = report_of((), Creation((late,)))
    assert report.creation is not None
    assert len(report.creation.egress) == 1
    for shown in shown_by_every_format(report):
        assert "mail.hidden.example" not in shown


@pytest.mark.parametrize(
    "variables",
    [
        {"SENDGRID_API_KEY": "x", "HTTPS_PROXY": Secret("http://user:hunter2@PROXY.Hidden.internal:3128")},
        {"SMTP_HOST": Secret("MAIL.Hidden.internal"), "SMTP_PORT": "587"},
    ],
)
def test_a_secret_host_is_hidden_in_small_letters_too(variables: dict[str, Any]) -> None:
    """As DNS compares names, and findings name them; a proxy's host is one as well."""
    report = report_of((sends_to(variables),), None)
    assert [change.after.verdict for change in report.egress] == [UNDETERMINED]
    assert "NAME_NOT_PUBLIC" in {found.code for found in report.egress[0].after.outcome.findings}
    for shown in shown_by_every_format(report):
        assert "hidden.internal" not in shown.lower()
