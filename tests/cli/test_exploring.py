"""`mailroute rehearse --explore`: a program under other values of its configuration."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from click.testing import CliRunner, Result

from mailroute.cli import exploring
from mailroute.cli.rehearse import command
from mailroute.cli.variations import Variations, other_stacks, variations
from mailroute.exploration import Exploration, Loss, Outcome, Parameter
from mailroute.rehearsal.project import Project, schema_of
from mailroute.rehearsal.result import EngineFault, Level, PolicyResult, RehearsalError
from mailroute.report import explored
from mailroute.report.explored import Explored, Fixed
from mailroute.report.model import EgressChange, OnlyCreated, Report
from reachability.egress import Destination, Egress
from reachability.verdict import Finding, Verdict
from reachability.verdict import Outcome as Reached
from tests.cli.samples import AFTER, REPORT, TODAY
from tests.cli.test_output_schema import problems

HOLDS = replace(REPORT, rehearsal=replace(REPORT.rehearsal, policies=()), egress=(EgressChange(AFTER, None),))
DEAD = replace(AFTER, outcome=TODAY.outcome)
OPEN = replace(
    AFTER, outcome=Reached((), (Finding("NOT_READ", "x", "not read", "read it", Verdict.UNDETERMINED),))
)
DECLARED = """
name: shop
runtime: python
config:
  nat: {type: boolean, default: true}
  zones: {type: integer, default: 2}
  hosts: {type: array, items: {type: string}, default: [a]}
  note: {type: string, default: none}
"""


def report(*egress: EgressChange, base: Report = HOLDS) -> Report:
    return replace(base, egress=egress)


# What a run loses


def lost(after: Report, before: Report = HOLDS) -> list[str]:
    return [each.change.change.value for each in explored.losses(before, after).values()]


@pytest.mark.parametrize("egress", [DEAD, OPEN])
def test_a_path_that_is_no_longer_reachable_is_lost(egress: Egress) -> None:
    (name,) = explored.losses(HOLDS, report(EgressChange(egress, None)))
    assert name == f"{AFTER.urn} {AFTER.destination}"
    assert lost(report(EgressChange(egress, None))) == ["lost"]


def test_what_was_dead_before_is_not_lost() -> None:
    assert lost(report(EgressChange(DEAD, None)), report(EgressChange(OPEN, None))) == []
    assert lost(HOLDS, report(EgressChange(DEAD, None))) == []
    assert lost(report()) == []


def test_a_new_workload_without_a_path_counts() -> None:
    new = replace(DEAD, urn=f"{DEAD.urn}-2")
    assert lost(report(EgressChange(AFTER, None), EgressChange(new, None))) == ["new"]
    assert lost(report(EgressChange(AFTER, None), EgressChange(replace(AFTER, urn=new.urn), None))) == []


def test_a_path_that_another_destination_takes_over_is_compared() -> None:
    moved = replace(DEAD, destination=Destination("smtp.example.com", 25))
    (found,) = explored.losses(HOLDS, report(EgressChange(moved, None))).items()
    assert (found[0], found[1].change.after) == (f"{AFTER.urn} {AFTER.destination}", moved)


def test_an_optional_path_is_not_lost() -> None:
    optional = replace(DEAD, destination=replace(DEAD.destination, optional=True))
    assert lost(report(EgressChange(optional, None))) == []


def test_what_the_simulated_creation_loses_counts() -> None:
    assert lost(report(EgressChange(AFTER, None, creation=DEAD))) == ["lost"]
    assert lost(replace(HOLDS, creation=OnlyCreated(egress=(replace(DEAD, urn="urn:late"),)))) == ["new"]
    assert lost(report(EgressChange(DEAD, None, creation=AFTER))) == ["lost"]
    both = report(EgressChange(OPEN, None, creation=AFTER))
    assert lost(report(EgressChange(OPEN, None, creation=DEAD)), both) == ["lost"]


def test_new_mandatory_violations_are_named() -> None:
    def violated(level: Level) -> Report:
        found = PolicyResult("mailroute", "smtp-port-allowed", level, "", "no")
        return replace(HOLDS, rehearsal=replace(HOLDS.rehearsal, policies=(found,)))

    assert explored.newly_blocked(HOLDS, violated(Level.MANDATORY)) == ("smtp-port-allowed",)
    assert explored.newly_blocked(HOLDS, violated(Level.ADVISORY)) == ()
    assert explored.newly_blocked(violated(Level.MANDATORY), violated(Level.MANDATORY)) == ()


# What is varied


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    files = {
        "Pulumi.yaml": DECLARED,
        "__main__.py": "import pulumi\n",
        "Pulumi.dev.yaml": "config:\n  aws:region: us-east-1\n  shop:open: false\n  shop:relay: a.example\n",
        "Pulumi.prod.yaml": "config:\n  aws:region: eu-west-1\n  aws:profile: x\n  shop:relay: b.example\n"
        "  shop:zones: 3\n  shop:hosts: [b]\n  shop:key: {secure: abc}\n  shop:nat: true\n",
        "Pulumi.old.yaml": "config:\n  shop:zones: many\n",
    }
    for name, content in files.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    return tmp_path


def varied(shop: Path, *, one_region: bool = False, **changes: Any) -> Variations:
    project = Project.load(shop, "dev")
    project.stack_files.asked.update(changes.get("asked", ()))
    return variations(
        project,
        schema_of(shop),
        other_stacks(project)[0],
        found_by=changes.get("found_by", ()),
        one_region=one_region,
    )


def test_what_is_varied_and_what_not(shop: Path) -> None:
    found = varied(shop, asked={"organization/net/dev"}, found_by={"aws:ec2/getSubnets:getSubnets"})
    assert {each.name: (found.bases[each.name], each.values) for each in found.parameters} == {
        "aws:region": ("us-east-1", ("eu-west-1",)),
        "shop:hosts": ('["a"]', ('["b"]',)),
        "shop:nat": ("true", ("false",)),
        "shop:open": ("false", ("true",)),
        "shop:relay": ("a.example", ("b.example",)),
        "shop:zones": ("2", ("3",)),
        "stack organization/net/dev": ("as it is", ("no outputs",)),
        "aws.ec2.getSubnets": ("as it is", ("nothing",)),
    }
    assert {each.name: each.reason for each in found.fixed} == {
        "aws:profile": "of a provider",
        "shop:key": "secret",
        "shop:note": "string, no other value is known",
    }


def test_a_value_that_is_a_secret_elsewhere_is_not_varied(shop: Path) -> None:
    project = Project.load(shop, "dev")
    project.mask.add(["b.example"])
    others = other_stacks(project)[0]
    found = variations(project, schema_of(shop), others, found_by=(), one_region=False)
    assert Fixed("shop:relay", "secret") in found.fixed
    assert not [text for text in found.said.values() if "b.example" in text]


def test_an_encrypted_flag_makes_no_secret_of_others(shop: Path) -> None:
    declared = DECLARED + "  hidden: {type: boolean, secret: true}\n"
    (shop / "Pulumi.yaml").write_text(declared, encoding="utf-8")
    (shop / "Pulumi.dev.yaml").write_text("config:\n  shop:hidden: {secure: abc}\n", encoding="utf-8")
    found = varied(shop)
    assert "shop:nat" in {each.name for each in found.parameters}
    assert Fixed("shop:hidden", "secret") in found.fixed


def test_a_default_that_is_a_list_is_said_to_be_declared(shop: Path) -> None:
    (shop / "Pulumi.dev.yaml").write_text("config:\n  shop:hosts: [c]\n", encoding="utf-8")
    found = varied(shop)
    assert [found.said["shop:hosts", value] for value in ('["a"]', '["b"]')] == [
        "shop:hosts as Pulumi.yaml has it",
        "shop:hosts as Pulumi.prod.yaml has it",
    ]


def test_an_account_file_keeps_the_region(shop: Path) -> None:
    found = varied(shop, one_region=True)
    assert Fixed("aws:region", "the account file is of one region") in found.fixed
    assert "aws:region" not in {each.name for each in found.parameters}


def test_the_base_is_one_of_the_values(shop: Path) -> None:
    (shop / "Pulumi.dev.yaml").write_text("config:\n  shop:nat: false\n  shop:zones: 5\n", encoding="utf-8")
    found = varied(shop)
    assert {
        each.name: each.values for each in found.parameters if each.name in ("shop:nat", "shop:zones")
    } == {
        "shop:nat": ("true",),
        "shop:zones": ("2", "3"),
    }
    assert (found.bases["shop:relay"], found.bases["shop:zones"]) == ("(not set)", "5")


def test_values_are_said_as_one_gives_them(shop: Path) -> None:
    found = varied(shop, asked={"organization/net/dev"}, found_by={"aws:ec2/getSubnets:getSubnets"})
    assert found.said["shop:nat", "false"] == "--config shop:nat=false"
    assert found.said["shop:hosts", '["b"]'] == "shop:hosts as Pulumi.prod.yaml has it"
    assert found.said["stack organization/net/dev", "no outputs"] == (
        "--stack-reference organization/net/dev=FILE, where FILE has no outputs: {}"
    )
    assert (
        found.said["aws.ec2.getSubnets", "nothing"] == "an account in which aws.ec2.getSubnets finds nothing"
    )


def test_a_stack_that_cannot_be_read_is_named(shop: Path) -> None:
    found, failed = other_stacks(Project.load(shop, "dev"))
    assert list(found) == ["prod"]
    assert [each.name for each in failed] == ["the values of stack old"]
    assert "shop:zones is 'many'" in failed[0].reason


def test_a_configuration_reaches_the_program(shop: Path) -> None:
    found = varied(shop, asked={"organization/net/dev"}, found_by={"aws:ec2/getSubnets:getSubnets"})
    project = Project.load(shop, "dev")
    configuration = frozenset(
        {
            ("shop:nat", "false"),
            ("stack organization/net/dev", "no outputs"),
            ("aws.ec2.getSubnets", "nothing"),
        }
    )
    given = found.of(project, configuration, shop / "none.json")
    assert given.config == {**project.config, "shop:nat": "false"}
    assert given.stack_files.files == {("organization", "net", "dev"): shop / "none.json"}
    assert given.mask is not project.mask
    assert found.empty_answers(configuration) == {"aws:ec2/getSubnets:getSubnets"}
    assert found.empty_answers(frozenset({("shop:nat", "false")})) == frozenset()


# The report

NAT, RELAY = Parameter("shop:nat", ("false",)), Parameter("shop:relay", ("b.example", "c.example"))


def shown(exploration: Exploration[Any], *, base: Report = HOLDS, details: bool = False) -> str:
    return explored.render(of(exploration, base=base), width=100, colour=False, details=details)


def of(exploration: Exploration[Any], *, base: Report = HOLDS) -> Explored:
    said = {each: f"--config {each[0]}={each[1]}" for each in (*NAT.assignments, *RELAY.assignments)}
    bases = {"shop:nat": "true", "shop:relay": "a.example"}
    return Explored(base, exploration, 4, 7, (NAT, RELAY), bases, (Fixed("shop:token", "secret"),), said)


def explored_by(**outcomes: Outcome[Any]) -> Exploration[Any]:
    named = {
        "nat": frozenset(NAT.assignments),
        "b": frozenset(RELAY.assignments[:1]),
        "c": frozenset(RELAY.assignments[1:]),
        "both": frozenset({*NAT.assignments, *RELAY.assignments[:1]}),
    }
    runs = {named[name]: outcome for name, outcome in outcomes.items()}
    losses = tuple(
        Loss(each, tuple(outcome.lost.values()), smallest=len(each) == 1)
        for each, outcome in runs.items()
        if outcome.lost
    )
    judged = frozenset(each for names, outcome in runs.items() if not outcome.problem for each in names)
    return Exploration(6, tuple(runs), runs, losses, judged, 2, 1 if "both" in outcomes else 0)


LOSES: Outcome[Any] = Outcome(explored.losses(HOLDS, report(EgressChange(DEAD, None))))


def test_a_loss_is_named_with_its_finding() -> None:
    text = shown(explored_by(b=Outcome(), nat=LOSES))
    assert "✘ of the 3 configurations run, 1 loses a path\n" in text
    assert (
        "as it is: ✔ every mandatory policy holds · 1 of 1 route reachable · 1 service not judged\n" in text
    )
    assert (
        "Smallest configurations that lose a path\n"
        "  --config shop:nat=false\n"
        "    LOST: api → email-smtp.us-east-1.amazonaws.com:587: reachable before, unreachable now\n" in text
    )
    assert "✘ NO_ROUTE  no route for public addresses" in text


def test_a_pass_says_what_was_judged() -> None:
    text = shown(explored_by(b=Outcome(), nat=Outcome()))
    assert "✔ of the 3 configurations run, none loses a path\n" in text
    assert text.split("Configurations\n")[1].splitlines()[:6] == [
        "  run            3 of 6 possible, of these values",
        "  chosen         at most 4 beside that as it is, by seed 7",
        "  judged         3 of 3",
        "  paths to lose  1 of 1 reachable as it is",
        "  lose a path    0",
        "  other values   2 of 3 judged",
    ]
    assert "  pairs of them  0 of 2 judged\n" in text
    assert "shop:relay  a.example | b.example | c.example (not judged)\n" in text
    assert "Not varied\n  shop:token  secret\n" in text
    assert "always" not in text
    assert "  paths to lose  none is judged as it is\n" in shown(explored_by(), base=report())
    assert "  paths to lose  0 of 1 reachable" in shown(explored_by(), base=report(EgressChange(DEAD, None)))


def test_what_is_not_judged_and_what_is_blocked_is_named() -> None:
    text = shown(
        explored_by(
            nat=Outcome(problem="no zone"), both=Outcome(problem="no zone"), b=Outcome(blocked=("p",))
        )
    )
    assert (
        "✘ of the 4 configurations run, none loses a path, 1 is blocked by a policy, 2 are not judged" in text
    )
    assert "Not judged\n  --config shop:nat=false  no zone\n\n" in text
    assert "Blocked, no path lost\n  --config shop:relay=b.example  blocked by p\n" in text


def test_a_base_that_is_blocked_is_no_pass() -> None:
    text = shown(explored_by(b=Outcome()), base=REPORT)
    assert "✘ of the 2 configurations run, none loses a path" in text
    assert "as it is: ✘ blocked: 1 mandatory violation" in text
    assert not of(explored_by(), base=REPORT).ok


def test_details_list_every_run() -> None:
    text = shown(explored_by(b=Outcome(), nat=LOSES, both=LOSES), details=True)
    assert text.split("\nRun\n")[1].splitlines() == [
        "  --config shop:relay=b.example  loses no path",
        "  --config shop:nat=false  loses 1 path",
        "  --config shop:nat=false  --config shop:relay=b.example  loses 1 path",
    ]
    assert "--config shop:nat=false  --config shop:relay=b.example  perhaps not the smallest\n" in text


def test_the_json_has_the_published_form() -> None:
    found = explored_by(nat=LOSES, b=Outcome(problem="no zone"), c=Outcome(blocked=("p",)))
    document = json.loads(explored.render_json(of(found)))
    assert problems(document, "exploration") == []
    assert (document["ok"], document["configurations"]["lost"], document["configurations"]["run"]) == (
        False,
        1,
        4,
    )
    (loss,) = document["losses"]
    assert (loss["configuration"], loss["arguments"]) == ({"shop:nat": "false"}, ["--config shop:nat=false"])
    assert [change["change"] for change in loss["changes"]] == ["lost"]
    assert document["notJudged"][0]["problem"] == "no zone"
    assert document["blocked"][0]["policies"] == ["p"]
    assert document["varied"][0] == {"name": "shop:nat", "base": "true", "values": ["false"]}
    assert document["notVaried"] == [{"name": "shop:token", "reason": "secret"}]
    del document["configurations"]["seed"]
    assert problems(document, "exploration") == ["'seed' is a required property"]


# The command


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, [*arguments], standalone_mode=False)


Ends = Callable[[Mapping[str, str]], Report]


@pytest.fixture
def judged(shop: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Explores the project where a function of the config stands for a rehearsal."""

    def explore(ends: Ends, *arguments: str) -> Result:
        def rehearse(project: Project, _asked: Any, _reporting: Any, watch: Any, load: Any) -> Report:
            load(project, None)
            with watch("title"):
                return ends(project.config)

        monkeypatch.setattr(exploring, "rehearse", rehearse)
        return run(str(shop), "--stack", "dev", "--explore", *arguments)

    return explore


def without_nat(config: Mapping[str, str]) -> Report:
    return report(EgressChange(AFTER if config["shop:nat"] == "true" else DEAD, None))


def test_the_smallest_configuration_is_found(judged: Callable[..., Result]) -> None:
    result = judged(without_nat, "--json")
    document = json.loads(result.stdout)
    assert result.return_value == 1
    assert [loss["arguments"] for loss in document["losses"]] == [["--config shop:nat=false"]]
    assert document["configurations"]["possible"] == 64
    run = document["configurations"]["run"]
    assert 7 < run < 33
    assert result.stderr.splitlines()[1] == "mailroute: 1 of 1 done: as it is"
    assert f"mailroute: {run} of {run} done: " in result.stderr


def test_nothing_lost_is_a_pass(judged: Callable[..., Result], tmp_path: Path) -> None:
    result = judged(lambda _config: HOLDS, "--explore-limit", "3", "--save", f"json={tmp_path / 'x.json'}")
    assert (result.return_value, "✔ of the 4 configurations run" in result.stdout) == (0, True)
    assert json.loads((tmp_path / "x.json").read_text(encoding="utf-8"))["configurations"]["limit"] == 3
    assert judged(lambda _config: REPORT).return_value == 1


def test_a_configuration_that_a_policy_blocks_is_no_pass(judged: Callable[..., Result]) -> None:
    blocked = replace(HOLDS, rehearsal=REPORT.rehearsal)
    result = judged(lambda config: HOLDS if config["shop:nat"] == "true" else blocked)
    assert result.return_value == 1
    assert "  --config shop:nat=false  blocked by smtp-endpoint-usable\n" in result.stdout


def test_what_the_program_refuses_is_no_loss(judged: Callable[..., Result]) -> None:
    def ends(config: Mapping[str, str]) -> Report:
        if config["shop:nat"] == "false":
            raise RehearsalError("no NAT here")
        return HOLDS

    result = judged(ends)
    assert result.return_value == 0
    assert "Not judged\n  --config shop:nat=false  no NAT here\n" in result.stdout


def test_a_base_run_that_fails_ends_it(judged: Callable[..., Result]) -> None:
    def ends(_config: Mapping[str, str]) -> Report:
        raise RehearsalError("no module")

    assert str(judged(ends).exception) == "no module"


def test_a_fault_of_ours_names_the_configuration(judged: Callable[..., Result]) -> None:
    def ends(config: Mapping[str, str]) -> Report:
        if config["shop:relay"] != "a.example":
            raise EngineFault("odd")
        return HOLDS

    fault = judged(ends).exception
    assert isinstance(fault, EngineFault)
    assert "--config shop:relay=b.example" in str(fault)
    assert str(fault).endswith(": odd")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--explore", "--up"), "--explore and --up do not go together"),
        (("--explore", "--all-stacks"), "--explore and --all-stacks do not go together"),
        (("--explore-limit", "3"), "--explore-limit is for --explore: give that too"),
        (("--seed", "3"), "--seed is for --explore: give that too"),
        (("--explore", "--format", "sarif"), "the format sarif holds one configuration"),
        (("--explore", "--save", "html=x"), "the format html holds one configuration"),
        (("--explore", "--base", "x"), "--base is for one configuration: leave out --explore"),
        (("--explore", "--write-baseline", "x"), "--write-baseline is for one configuration"),
    ],
)
def test_what_does_not_go_together_is_refused(
    shop: Path, arguments: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(shop)
    result = run(".", "--stack", "dev", *arguments)
    assert said in str(result.exception)


PROGRAM = """
import pulumi

def check(found, what):
    if not found:
        raise ValueError(what)

check(pulumi.Config().require_bool("open"), "closed")
pulumi.StackReference("organization/net/dev").get_output("host").apply(lambda host: check(host, "no host"))
check(pulumi.runtime.invoke("aws:ec2/getVpcs:getVpcs", {}).value["ids"], "no VPC")
"""


def test_what_is_varied_reaches_the_program(tmp_path: Path) -> None:
    files = {
        "Pulumi.yaml": "name: shop\nruntime: python\nconfig:\n  open: {type: boolean, default: true}\n",
        "__main__.py": PROGRAM,
        "Pulumi.dev.yaml": "config:\n  aws:region: us-east-1\n",
        "policies/PulumiPolicy.yaml": "runtime: python\n",
        "accounts/stacks/organization/net/dev.json": '{"host": "smtp.example.com"}',
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    with patch("mailroute.rehearsal.embedded.children.PolicyPack", NoPack):
        limited = ("--explore", "--explore-limit", "3")
        result = run(str(tmp_path), *limited, "--engine", "embedded", "--no-creation", "--json")
    document = json.loads(result.stdout)
    assert problems(document, "exploration") == []
    assert result.return_value == 0
    refused = {name: each["problem"] for each in document["notJudged"] for name in each["configuration"]}
    assert {name: problem.rpartition(": ")[2] for name, problem in refused.items()} == {
        "shop:open": "closed",
        "stack organization/net/dev": "no host",
        "aws.ec2.getVpcs": "no VPC",
    }


class NoPack:
    """In place of the engine's end of a pack's process: it judges nothing."""

    name = "none"

    def __init__(self, *_arguments: Any, **_options: Any) -> None:
        pass

    def configure(self, _given: Any) -> None:
        pass

    def remediate(self, _request: Any) -> None:
        return None

    def analyze(self, _request: Any) -> bool:
        return False

    def analyze_stack(self, _request: Any, _stack: str) -> None:
        pass

    def finish(self) -> None:
        pass

    close = finish
