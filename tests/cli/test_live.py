"""What is shown while a rehearsal works."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from mailroute.cli.live import LiveTree, progress
from mailroute.rehearsal.result import Completed, Diagnostic, Registered, Severity

STACK = Registered("urn:s", "pulumi:pulumi:Stack", "shop-dev", None)
NET = Registered("urn:n", "shop:index:Net", "net", "urn:s")
VPC = Registered("urn:v", "aws:ec2/vpc:Vpc", "net-vpc", "urn:n")


def shown(*events: object, height: int = 20) -> list[str]:
    console = Console(file=io.StringIO(), width=80, height=height)
    tree = LiveTree("rehearsing", console)
    for event in events:
        tree.show(event)  # type: ignore[arg-type]
    with console.capture() as capture:
        console.print(tree.render())
    return capture.get().splitlines()


def test_the_tree_has_what_is_worked_on_beneath_its_components() -> None:
    assert shown(STACK, NET, VPC) == [
        "rehearsing  0 of 3",
        "└── … shop-dev  pulumi.pulumi.Stack",
        "    └── … net  shop.Net",
        "        └── … net-vpc  aws.ec2.Vpc",
    ]


def test_what_is_done_makes_room_and_counts() -> None:
    events = (STACK, NET, VPC, Completed("urn:v", None), Completed("urn:n", None))
    assert shown(*events) == [
        "rehearsing  2 of 3",
        "└── … shop-dev  pulumi.pulumi.Stack",
        "    └── ✔ net  shop.Net",
    ]


def test_the_tree_is_never_higher_than_the_terminal() -> None:
    many = [Registered(f"urn:{index}", "aws:ec2/eip:Eip", f"eip-{index}", "urn:s") for index in range(50)]
    lines = shown(STACK, *many, height=10)
    assert len(lines) <= 10
    assert lines[-1] == "└── … 44 more"


def test_texts_wait_for_the_report(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("rehearsing", terminal=False, colour=False) as show:
        show(NET)
        show(VPC)
        show(Diagnostic(Severity.INFO, "hunter2"))
        show(Completed("urn:v", "vpc-1"))
    assert capsys.readouterr().err == "rehearsing\nmailroute: 1 of 2 resources done\n"
