"""The report as one page that needs nothing else: no network, no script, light and dark, on paper too."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mailroute.rehearsal.result import Level, Operation
from reachability.verdict import Verdict

from . import clean, labels
from .drawing import NO_ROUTE, draw
from .markup import Part, element, written
from .model import Change, OnlyCreated
from .repairs import IN_CREATION, PRICES
from .source_lines import line_of
from .stacks import verdict as stack_verdict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from mailroute.rehearsal.result import PolicyResult
    from reachability.egress import Egress
    from reachability.verdict import Finding

    from .model import DnsRecord, EgressChange, Repair, Report, ShownVpc
    from .stacks import JudgedStack, Stacks

_STYLE: Final = Path(__file__).with_name("page.css")
_CLASS: Final = {Verdict.REACHABLE: "good", Verdict.UNREACHABLE: "bad", Verdict.UNDETERMINED: "open"}

_LOWER: Final = {"h2": "h3", "h3": "h4"}
_MARK_CLASS: Final = {"✔": "good", "!": "open", "✘": "bad"}


def render(report: Report) -> str:
    """An HTML document, the same for the same report."""
    title = f"{labels.mark(report)} mailroute: stack {report.rehearsal.stack} of {report.rehearsal.project}"
    return _document(title, "routes", _header(report, title), _sections(report))


def render_all(stacks: Stacks) -> str:
    """The same of all stacks of a project: a table of them, then the page of each."""
    mark = "✔" if stacks.ok else "✘"
    title = f"{mark} mailroute: {labels.count(len(stacks.stacks), 'stack')} of {stacks.project}"
    names = [f"stack-{index}" for index in range(len(stacks.stacks))]
    rows = (
        element(
            "tr",
            element("th", element("a", each.name, href=f"#{name}"), scope="row"),
            element("td", stack_verdict(each)),
        )
        for name, each in zip(names, stacks.stacks, strict=True)
    )
    caption = element("caption", "Every stack that has a config file")
    overview = _section("stacks", "Stacks", _table(caption, ("Stack", "Verdict"), rows, "Stacks"))
    pages = (_stack(each, name) for name, each in zip(names, stacks.stacks, strict=True))
    header = element("header", element("h1", title))
    return _document(title, "stacks", header, (overview, *pages))


def _stack(stack: JudgedStack, name: str) -> Element:
    if stack.report is None:
        text = element("p", stack_verdict(stack), class_="verdict open")
        return _section(name, f"Stack {stack.name}", text)
    report = stack.report
    header = _header(report, "")
    parts = (*list(header)[1:], *(_nested(each, name) for each in _sections(report)))
    return _section(name, f"{labels.mark(report)} Stack {stack.name}", parts)


def _nested(part: Element, name: str) -> Element:
    """`part` with its headings one level lower, and `name` before its ids and what refers to them."""
    for each in part.iter():
        each.tag = _LOWER.get(each.tag, each.tag)
        for attribute in ("id", "aria-labelledby"):
            ids = each.get(attribute)
            if ids:
                each.set(attribute, " ".join(f"{name}-{one}" for one in ids.split()))
    return part


def _document(title: str, first: str, header: Element, parts: Iterable[Element]) -> str:
    """The whole page; `first` is the id that a keyboard may skip to."""
    style = _STYLE.read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    sheet = element("style")
    sheet.text = style
    root = element(
        "html",
        element(
            "head",
            element("meta", charset="utf-8"),
            element("meta", name="viewport", content="width=device-width, initial-scale=1"),
            element(
                "meta",
                http_equiv="Content-Security-Policy",
                content=f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'none'",
            ),
            element("title", title),
            sheet,
        ),
        element(
            "body",
            element("a", f"Skip to the {first}", class_="skip", href=f"#{first}"),
            header,
            element("main", list(parts)),
        ),
        lang="en",
    )
    return clean.printable("<!DOCTYPE html>\n" + written(root) + "\n")


def _header(report: Report, title: str) -> Element:
    rehearsal = report.rehearsal
    operation = "up, simulated" if rehearsal.operation is Operation.UP else "preview"
    ran = labels.runtime(report)
    facts = " · ".join(filter(None, (operation, f"{rehearsal.engine} engine", ran, report.account)))
    verdict = labels.verdict(report)
    return element(
        "header",
        element("h1", title),
        element("p", verdict, class_=f"verdict {_MARK_CLASS[labels.mark(report)]}"),
        element("p", facts, class_="quiet"),
    )


def _sections(report: Report) -> Iterator[Element]:
    if report.changes is not None:
        shown = [change for change in report.changes if change.change is not Change.UNCHANGED]
        same = labels.count(len(report.changes) - len(shown), "route")
        items = [element("li", labels.route_change(change)) for change in shown]
        yield _section(
            "changes", "Changed routes", element("ul", items) if items else None, f"{same} unchanged."
        )
    if report.egress:
        first = sorted(report.egress, key=lambda change: change.after.verdict is Verdict.REACHABLE)
        yield _section("routes", "Routes", [_route(change, report) for change in first])
    if report.violations:
        yield _section("policies", "Policies", [_violation(result, report) for result in report.violations])
    if report.fixed:
        yield _section("fixed", labels.FIXED, element("ul", _items(map(labels.known, report.fixed))))
    if report.vpcs:
        drawn = (_network(vpc, report, f"vpc-{index}") for index, vpc in enumerate(report.vpcs))
        yield _section("network", "Network", list(drawn))
    if report.unjudged:
        reasons = (f"{entry.service}: {entry.reason}" for entry in report.unjudged)
        yield _section("unjudged", "Not judged", element("ul", _items(reasons)))
    if report.creation is not None and report.creation != OnlyCreated():
        note = element("p", "What the preview does not show.", class_="quiet")
        yield _section("creation", "Simulated creation", note, list(_only_created(report.creation, report)))
    if report.dns:
        yield _section("dns", f"DNS records: {len(report.dns)}", list(_dns(report)))
    assumed = labels.assumptions(report.egresses)
    if assumed:
        facts = (
            element(
                "li",
                element("strong", each.code),
                f" {labels.short(each.message)}",
                element("div", f"To know it: {each.remedy}", class_="quiet"),
            )
            for each in assumed
        )
        note = element("p", "Neither the plan nor the evidence shows these.", class_="quiet")
        yield _section("assumptions", "Assumptions", note, element("ul", list(facts)))
    yield _section("resources", f"Resources: {report.created}", _resources(report))
    if report.rehearsal.diagnostics:
        lines = (f"{entry.severity.value}: {entry.message}" for entry in report.rehearsal.diagnostics)
        yield _section("diagnostics", "Diagnostics", element("ul", _items(lines)))
    if report.next_steps:
        steps = (
            element(
                "li",
                step.text,
                element("pre", step.command, class_="copy", tabindex=0) if step.command else None,
            )
            for step in report.next_steps
        )
        yield _section("next", "Next", element("ol", list(steps)))


def _section(name: str, heading: str, *parts: Part | Iterable[Part]) -> Element:
    title = element("h2", heading, id=name)
    return element("section", title, *parts, aria_labelledby=name)


def _items(texts: Iterable[str]) -> list[Element]:
    return [element("li", text) for text in texts]


def _route(change: EgressChange, report: Report) -> Element:
    after = change.after
    optional = " (optional)" if after.destination.optional else ""
    heading = f"{labels.VERDICT_MARK[after.verdict]} {after.service} → {after.destination}{optional}"
    line = line_of(after.urn, report.source_lines)
    times = [("Today", change.today), ("After", after), ("In the simulated creation", change.creation)]
    return element(
        "article",
        element("h3", heading, class_=_CLASS[after.verdict]),
        element("p", labels.change_sentence(change), class_="verdict"),
        element("p", element("code", labels.source_line(line))) if line else None,
        _findings(after, report),
        _fixes(change.repairs),
        _fixes(change.creation_repairs, IN_CREATION),
        element("div", [_path(when, egress) for when, egress in times if egress], class_="paths"),
        class_="card",
    )


def _only_created(creation: OnlyCreated, report: Report) -> Iterator[Element]:
    """What a program makes of values that an update makes known."""
    if creation.problem:
        yield element("p", f"It fails: {labels.short(creation.problem)}", class_="open")
    if creation.resources:
        shown = (f"{labels.type_name(each.type)} {each.name}" for each in creation.resources)
        yield element("ul", _items(shown))
    for egress in creation.egress:
        path = element("div", _path(egress.service, egress), class_="paths")
        yield element("article", path, _findings(egress, report), class_="card")


def _findings(egress: Egress, report: Report) -> Element | None:
    if not egress.outcome.told:
        return None
    return element("ul", [_finding(finding, report) for finding in egress.outcome.told])


def _finding(finding: Finding, report: Report) -> Element:
    line = line_of(finding.resource, report.source_lines)
    return element(
        "li",
        element("strong", finding.code, class_=_CLASS[finding.verdict]),
        f" {labels.short(finding.message)}",
        element("div", element("code", labels.source_line(line))) if line else None,
        element("div", f"Fix: {finding.remedy}") if finding.remedy else None,
    )


def _fixes(found: tuple[Repair, ...], where: str = "") -> Element | None:
    if not found:
        return None
    rows = (
        element(
            "tr", element("th", labels.price(repair), scope="row"), element("td", "; ".join(repair.changes))
        )
        for repair in found
    )
    caption = element("caption", f"Any one of these fixes it{where} (verified); prices of {PRICES}")
    return _table(caption, ("Price", "Changes"), rows, "Fixes")


def _path(when: str, egress: Egress) -> Element:
    hops = [
        element("li", element("strong", hop.kind), f" {hop.name}", _facts(hop.facts))
        for hop in labels.hops(egress.outcome.path)
    ]
    codes = ", ".join(dict.fromkeys(finding.code for finding in egress.outcome.findings))
    end = f"breaks here: {codes}" if codes else f"reaches {egress.destination}"
    ended = element(
        "li", f"{labels.VERDICT_MARK[egress.verdict]} {end}", class_=f"end {_CLASS[egress.verdict]}"
    )
    return element(
        "div",
        element("p", f"{when}: {egress.verdict.value}, to {egress.destination}", class_="verdict"),
        element("ol", hops, ended, class_="path"),
    )


def _facts(facts: tuple[str, ...]) -> Element | None:
    return element("div", "; ".join(facts), class_="quiet") if facts else None


def _network(vpc: ShownVpc, report: Report, name: str) -> Element:
    after = [change.after for change in report.egress]
    reached = [egress for egress in after if egress.verdict is Verdict.REACHABLE]
    passed = {hop.resource for egress in reached for hop in egress.outcome.path}
    broken = {finding.resource for egress in after for finding in egress.outcome.findings}
    names = {gateway.key: f"{gateway.kind} {gateway.name}" for gateway in vpc.gateways}
    rows = (
        element(
            "tr",
            element("th", subnet.name, scope="row"),
            *(element("td", text) for text in (subnet.cidr, subnet.zone, subnet.table)),
            element(
                "td",
                ", ".join(names.get(key, labels.resource_name(key)) for key in subnet.targets) or NO_ROUTE,
            ),
        )
        for subnet in vpc.subnets
    )
    head = ("Subnet", "Addresses", "Zone", "Route table", "Public addresses leave by")
    picture = element("div", draw(vpc, passed, broken, name), class_="scroll", tabindex=0, role="group",
                      aria_label=f"Picture of VPC {vpc.name}")  # fmt: skip
    table = _table(element("caption", f"VPC {vpc.name}"), head, rows, f"Subnets of VPC {vpc.name}")
    return element("div", picture, table, class_="card")


def _table(caption: Element, head: Iterable[str], rows: Iterable[Element], name: str) -> Element:
    heads = element("tr", [element("th", text, scope="col") for text in head])
    table = element("table", caption, element("thead", heads), element("tbody", list(rows)))
    return element("div", table, class_="scroll", tabindex=0, role="group", aria_label=name)


def _violation(result: PolicyResult, report: Report) -> Element:
    blocks = result.level is Level.MANDATORY
    about = (result.pack, result.level.value, result.severity, result.accepted)
    line = line_of(result.urn, report.source_lines)
    return element(
        "article",
        element(
            "h3",
            f"{'✘' if blocks else '!'} {result.policy}",
            f" at {labels.resource_name(result.urn)}" if result.urn else None,
            class_="bad" if blocks else "open",
        ),
        element("p", " · ".join(filter(None, about)), class_="quiet"),
        element("p", element("code", labels.source_line(line))) if line else None,
        element("p", labels.violation(result, report), class_="lines"),
        class_="card",
    )


def _dns(report: Report) -> Iterator[Element]:
    rows = (element("tr", *(element("td", text) for text in _record(record))) for record in report.dns)
    caption = element("caption", "What is yours to publish goes to your DNS host, never proxied.")
    yield _table(caption, ("Name", "Type", "TTL", "Values", "Published by"), rows, "DNS records")
    yours = [line for record in report.dns if not record.published for line in _zone_lines(record)]
    if yours:
        yield element("p", "To copy, as lines of a zone file:")
        yield element("pre", "\n".join(yours), class_="copy", tabindex=0)


def _record(record: DnsRecord) -> tuple[str, ...]:
    return (
        labels.dns_name(record),
        labels.value(record.type),
        "" if record.ttl is None else labels.value(record.ttl),
        ", ".join(map(labels.value, record.values)),
        "Route 53" if record.published else "you",
    )


def _zone_lines(record: DnsRecord) -> Iterator[str]:
    for value in record.values:
        text = labels.value(value)
        data = f'"{text}"' if record.type == "TXT" and not text.startswith('"') else text
        ttl = f"{labels.value(record.ttl)} " if record.ttl is not None else ""
        yield f"{labels.dns_name(record).rstrip('.')}. {ttl}IN {labels.value(record.type)} {data}"


def _resources(report: Report) -> Element:
    items = (
        element(
            "li",
            element("strong", group.component.name if group.component else "outside any component"),
            f": {', '.join(f'{labels.type_name(each.type)} {each.name}' for each in group.resources)}",
        )
        for group in report.groups
    )
    return element("details", element("summary", "By component"), element("ul", list(items)))
