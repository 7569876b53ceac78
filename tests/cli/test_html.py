"""The page: it needs nothing else, no text becomes markup, and a browser shows it in both themes."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from mailroute.report import html
from mailroute.report.model import EgressChange, Repair, Report, ShownGateway, ShownSubnet, ShownVpc
from mailroute.report.stacks import JudgedStack, Stacks
from reachability.verdict import Assumption, Outcome
from tests.cli.samples import AFTER, PREFIX, REHEARSAL, REPORT, TODAY, resource
from tests.cli.test_machine_formats import HOSTILE, violation

SUBNETS = tuple(
    ShownSubnet(f"aws:ec2/subnet:Subnet::subnet-{index}", f"subnet-{index}", f"10.0.{index}.0/24", "a", *rest)
    for index, rest in enumerate(
        [("rtb-1", "aws:ec2/routeTable:RouteTable::rtb-1", ()), ("rtb-2", "rtb-2", ("igw-1",))] * 4
    )
)
VPC = ShownVpc(
    "vpc-1",
    "vpc-1",
    "10.0.0.0/16",
    SUBNETS,
    (
        ShownGateway("igw-1", "internet gateway", "igw-1"),
        ShownGateway("nat-1", "NAT gateway", "nat-1", ("subnet-1",)),
    ),
)
DEAD = replace(
    TODAY,
    urn=AFTER.urn,
    outcome=replace(
        TODAY.outcome, findings=(replace(TODAY.outcome.findings[0], resource=SUBNETS[0].table_key),)
    ),
)
FIXES = (Repair(("add a NAT gateway", "route to it"), 36.5),)
PAGE = replace(
    REPORT,
    egress=(EgressChange(AFTER, TODAY), EgressChange(DEAD, TODAY, FIXES)),
    vpcs=(VPC,),
    changes=(),
)
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
BROWSER = next(filter(None, map(shutil.which, BROWSERS)), None)


class Read(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._in: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._in.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._in and self._in.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._in[-1:] != ["style"]:
            self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def hostile() -> Report:
    """A report in which every text that a program can choose is an attack."""
    name = f'{HOSTILE}"><img src=x onerror=alert(1)></style></script>'
    egress = replace(
        DEAD,
        service=name,
        outcome=Outcome(
            tuple(replace(hop, resource=name, fact=name) for hop in DEAD.outcome.path),
            tuple(replace(finding, message=name, remedy=name) for finding in DEAD.outcome.findings),
            (Assumption("SETTING", "vpc-1", name, name),),
        ),
    )
    vpc = replace(VPC, name=name, subnets=(replace(SUBNETS[0], name=name, zone=name),))
    rehearsal = replace(REHEARSAL, stack=name, policies=(violation(name, policy=name, urn=""),))
    dns = tuple(replace(record, name=name, values=(name,), published=False) for record in REPORT.dns)
    return replace(
        PAGE, rehearsal=rehearsal, egress=(EgressChange(egress, None),), vpcs=(vpc,), dns=dns, account=name
    )


def test_the_page_tells_what_is_wrong_where_and_what_fixes_it() -> None:
    text = Read(html.render(PAGE)).text
    for part in (
        "✘ mailroute: stack prod of shop",
        "✘ blocked: 1 mandatory violation, 1 advisory · 1 of 2 routes reachable · 1 service not judged",
        "NO_ROUTE no route for public addresses",
        "Fix: add a NAT gateway",
        "$36.50 a month",
        "add a NAT gateway; route to it",
        "Today: unreachable, to smtp-relay.brevo.com:587",
        "✘ breaks here: NO_ROUTE",
        "✔ reaches email-smtp.us-east-1.amazonaws.com:587",
        'mail.shop.example. IN TXT "v=spf1 include:amazonses.com ~all"',
        "smtp-endpoint-usable at smtp",
        "no <reason>",
        "pulumi up --stack prod --policy-pack policies",
        "deprecated",
    ):
        assert part in text
    assert text.index("✘ api") < text.index("✔ api")  # What does not work comes first.


def test_the_network_shows_where_a_path_breaks() -> None:
    page = Read(html.render(PAGE))
    boxes = [rect.get("class") for rect in page.all("rect")]
    assert boxes == ["vpc", "off", "off", "broken", "on", *["broken", "off"] * 3]
    lines = [str(line["d"]) for line in page.all("path")]
    assert len(lines) == 4  # From each subnet that leaves by the internet gateway.
    assert ["H" in line for line in lines] == [False, False, True, True]  # None leads through another's box.
    assert "no route out" in page.text
    assert "internet gateway igw-1" in page.text
    (picture,) = page.all("svg")
    ids = [attributes.get("id") for _, attributes in page.elements]
    assert picture["role"] == "img"
    assert all(name in ids for name in str(picture["aria-labelledby"]).split())


def test_nothing_on_a_path_that_breaks_is_shown_as_passed() -> None:
    page = Read(html.render(replace(PAGE, egress=(EgressChange(DEAD, None),))))
    assert "on" not in [rect.get("class") for rect in page.all("rect")]


def test_no_text_becomes_markup() -> None:
    page, plain = Read(html.render(hostile())), Read(html.render(PAGE))
    assert {tag for tag, _ in page.elements} <= {tag for tag, _ in plain.elements}
    assert "<img src=x onerror=alert(1)>" in page.text
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202e\ud800]", html.render(hostile()))


@pytest.mark.parametrize("report", [PAGE, hostile()], ids=["page", "hostile"])
def test_the_page_needs_nothing_and_runs_nothing(report: Report) -> None:
    document = html.render(report)
    page = Read(document)
    for tag, attributes in page.elements:
        assert tag not in ("script", "img", "link", "iframe", "object", "form")
        assert not [name for name in attributes if name.startswith("on") or name in ("src", "style")]
        assert str(attributes.get("href", "#")).startswith("#")
    (policy,) = (meta["content"] for meta in page.all("meta") if "http-equiv" in meta)
    (style,) = re.findall(r"<style>(.*?)</style>", document, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'none'"
    assert "url(" not in style
    assert "@import" not in style


def test_the_page_is_there_for_those_who_hear_or_type() -> None:
    page = Read(html.render(PAGE))
    ids = [str(attributes["id"]) for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert page.all("html")[0]["lang"] == "en"
    assert page.all("a")[0]["href"] == "#routes"
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert all("scope" in cell for cell in page.all("th"))
    assert len(page.all("caption")) == len(page.all("table"))
    for scrolled in (each for each in page.all("div") if each.get("class") == "scroll"):
        assert (scrolled["tabindex"], bool(scrolled["aria-label"])) == ("0", True)


def test_a_page_of_several_stacks_has_each() -> None:
    broken = JudgedStack("old", problem=HOSTILE)
    service = resource("aws:apprunner/service:Service", "api")
    resources = (*REHEARSAL.resources, service)
    report = replace(PAGE, rehearsal=replace(REHEARSAL, resources=resources))
    judged = (JudgedStack("prod", report), JudgedStack("dev", report), broken)
    page = Read(html.render_all(Stacks("shop", Path("/shop"), judged)))
    ids = [str(attributes["id"]) for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = [str(link["href"]).removeprefix("#") for link in page.all("a")]
    assert links == ["stacks", "stack-0", "stack-1", "stack-2"]
    named = [name for _, each in page.elements for name in str(each.get("aria-labelledby") or "").split()]
    assert {*links, *named} <= set(ids)
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert (levels.count(1), levels.count(2)) == (1, 4)
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert page.text.count("Fix: add a NAT gateway") == 2
    for part in ("✘ mailroute: 3 stacks of shop", "✘ Stack dev", "? not judged: a ::error::b"):
        assert part in page.text


def test_a_page_of_nothing_is_a_page() -> None:
    rehearsal = replace(REHEARSAL, policies=(), diagnostics=())
    empty = replace(
        REPORT, rehearsal=rehearsal, egress=(), unjudged=(), dns=(), groups=(), next_steps=(), changes=None
    )
    text = Read(html.render(empty)).text
    assert "✔ every mandatory policy holds" in text
    assert "Routes" not in text


# In a browser

WRAPPER = """<!DOCTYPE html><body><script>
const widths = [400, 1600], found = {};
for (const width of widths) {
  const frame = document.createElement('iframe');
  frame.width = width; frame.height = 900; frame.src = 'page.html';
  frame.onload = () => {
    const page = frame.contentDocument, style = frame.contentWindow.getComputedStyle(page.body);
    const broken = page.querySelector('rect.broken');
    const text = page.querySelector('svg text').getBoundingClientRect();
    found[width] = {
      scrolls: page.documentElement.scrollWidth,
      back: style.backgroundColor, text: style.color,
      broken: frame.contentWindow.getComputedStyle(broken).stroke,
      letters: Math.round(text.height),
      columns: frame.contentWindow.getComputedStyle([...page.querySelectorAll('.paths')].pop())
        .gridTemplateColumns.split(' ').filter(track => track !== '0px').length,
    };
    if (Object.keys(found).length === widths.length) document.body.textContent = JSON.stringify(found);
  };
  document.body.append(frame);
}
</script></body>"""


@pytest.mark.skipif(
    BROWSER is None, reason=f"needs a Chromium: the package chromium, for one of {', '.join(BROWSERS)}"
)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_browser_shows_it(theme: str, tmp_path: Path) -> None:
    """At 400 and 1,600 pixels nothing scrolls sideways but what says so, and each theme has its colours."""
    report = replace(PAGE, egress=(*hostile().egress, *PAGE.egress))
    (tmp_path / "page.html").write_text(html.render(report), encoding="utf-8")
    (tmp_path / "wrapper.html").write_text(WRAPPER, encoding="utf-8")
    shown = subprocess.run(
        [
            str(BROWSER), "--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files",
            f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=5000", "--dump-dom",
            f"--blink-settings=preferredColorScheme={int(theme == 'light')}",
            (tmp_path / "wrapper.html").as_uri(),
        ],
        capture_output=True, text=True, timeout=60, check=True,
    ).stdout  # fmt: skip
    (found,) = re.findall(r"<body>(\{.*\})</body>", shown)
    narrow, wide = (json.loads(found)[width] for width in ("400", "1600"))
    assert narrow["scrolls"] <= 400
    assert wide["scrolls"] <= 1600
    assert (narrow["columns"], wide["columns"]) == (1, 2)
    assert narrow["letters"] >= 8  # The picture scrolls rather than shrinks.
    colours = {"light": ("rgb(255, 255, 255)", "rgb(31, 35, 40)", "rgb(164, 14, 38)"),
               "dark": ("rgb(13, 17, 23)", "rgb(230, 237, 243)", "rgb(255, 123, 114)")}  # fmt: skip
    assert (wide["back"], wide["text"], wide["broken"]) == colours[theme]


def test_a_large_vpc_is_drawn_in_part_and_listed_in_full() -> None:
    many = tuple(replace(SUBNETS[0], key=f"{PREFIX}{index}", name=f"net-{index}") for index in range(40))
    page = Read(html.render(replace(PAGE, vpcs=(replace(VPC, subnets=many),))))
    assert len(page.all("rect")) == 1 + 2 + 24
    assert "net-39" in page.text
