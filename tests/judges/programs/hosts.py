"""Mail hosts by name: zones and records of the program and of the account that say where a name leads."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Final

from tests.judges import topologies as t
from tests.judges.programs import types as kinds
from tests.judges.programs.expressions import Expression
from tests.judges.programs.writer import Writer, apply, output

DOMAIN: Final = "example.com"
HOST: Final = f"smtp.mail.{DOMAIN}"
ELSEWHERE: Final = ("10.9.0.5", "192.168.7.7")
INTERNAL_BALANCER: Final = f"internal-mail-123.{t.REGION}.elb.amazonaws.com"


def named_host(writer: Writer, *, inside: str) -> str:
    """A mail host, and the zones and records that may say where it leads.

    Args:
        inside: an address inside the program's VPC.
    """
    of_account = writer.account.resources and writer.chance(0.3)
    zones = [_account_zone(writer, inside)] if of_account else []
    if not zones or writer.chance(0.3):
        zones += [_zone(writer, number) for number in range(writer.rng.choice((1, 1, 1, 2)))]
    if writer.chance(0.35):
        _chain(writer, zones[-1], inside)
        return HOST
    for number, zone in enumerate(zones):
        for step in range(writer.rng.choice((0, 1, 1, 2))):
            _record(writer, f"record{number}{step}", zone, inside)
    return writer.rng.choice((HOST, HOST, HOST, HOST.upper(), f"other.{DOMAIN}", t.SES, t.RELAY))


def _zone(writer: Writer, number: int) -> Expression:
    name = writer.rng.choice((DOMAIN, DOMAIN, f"mail.{DOMAIN}", HOST, "example.org"))
    if writer.chance(0.1):
        name = t.SES if writer.chance(0.5) else "us-east-1.amazonaws.com"
    vpcs = [{"vpcId": writer.one(writer.vpc, t.VPC, plain=0.8)}] if writer.chance(0.7) else None
    return writer.add(t.ZONE, f"zone{number}", name=name, vpcs=vpcs)


def _account_zone(writer: Writer, inside: str) -> Expression:
    """A zone that is there already, with its records."""
    draft, rng = writer.account, writer.rng
    vpcs = [{"vpcId": "vpc-a", "vpcRegion": t.REGION}] if writer.chance(0.7) else []
    draft.add(t.ZONE, "ZEXISTING", name=DOMAIN, vpcs=vpcs)
    if not vpcs or writer.chance(0.8):  # That the records were read is seen by the one that each zone has.
        soa = {"zoneId": "ZEXISTING", "name": DOMAIN, "type": "SOA", "ttl": 900, "records": ["ns 1 2 3 4"]}
        draft.add(kinds.RECORD, f"ZEXISTING_{DOMAIN}_SOA", **soa)
    for number in range(rng.randrange(3)):
        name, type_, records = _content(writer, inside)
        key = f"ZEXISTING_{name}_{type_}"
        given = {"zoneId": "ZEXISTING", "name": name, "type": type_, "ttl": 60 + number}
        taken = any(each["name"] == name for each in (draft[key] for key in draft.ids(kinds.RECORD)))
        if not taken:
            draft.add(kinds.RECORD, key, **given, records=records)
    writer.there[t.ZONE].append("ZEXISTING")
    return "ZEXISTING"


def _content(writer: Writer, inside: str) -> tuple[str, str, list[str]]:
    """A record: its name, its type, and where it leads."""
    rng = writer.rng
    name = rng.choice((HOST, HOST, HOST, f"*.mail.{DOMAIN}", f"*.{DOMAIN}", f"other.{DOMAIN}"))
    if writer.chance(0.5):
        address = rng.choice((t.LITERAL, t.LITERAL, inside, *ELSEWHERE))
        return name, "A", [address, t.LITERAL] if writer.chance(0.1) and address != t.LITERAL else [address]
    onward = rng.choice((t.SES, t.SES, t.RELAY, f"other.{DOMAIN}", HOST, f"relay.{DOMAIN}"))
    return name, "CNAME", [onward]


def _chain(writer: Writer, zone: Expression, inside: str) -> None:
    """Names that lead to each other, and the last of them to an address, to SES, or back to the first."""
    chain = [HOST, f"other.{DOMAIN}", f"relay.{DOMAIN}"][: writer.rng.choice((2, 2, 3))]
    for number, (name, onward) in enumerate(pairwise(chain)):
        given = {"zoneId": zone, "name": name, "type": "CNAME", "ttl": 60, "records": [onward]}
        writer.add(kinds.RECORD, f"chain{number}", **given)
    address = writer.rng.choice((t.LITERAL, inside, *ELSEWHERE))
    last = ("A", address) if writer.chance(0.5) else ("CNAME", writer.rng.choice((t.SES, HOST, t.RELAY)))
    given = {"zoneId": zone, "name": chain[-1], "type": last[0], "ttl": 60, "records": [last[1]]}
    writer.add(kinds.RECORD, "chain-end", **given)


def _record(writer: Writer, name: str, zone: Expression, inside: str) -> None:
    fqdn, type_, records = _content(writer, inside)
    fqdn = fqdn.removesuffix(f".{DOMAIN}") if writer.chance(0.2) else fqdn
    given: dict[str, Any] = {"zoneId": writer.one(zone, t.ZONE, plain=0.85), "name": fqdn, "type": type_}
    if type_ == "CNAME" and writer.chance(0.5):
        writer.add(kinds.RECORD, name, **{**given, "type": "A"}, aliases=[_balancer(writer, name)])
        return
    if type_ == "CNAME" and writer.chance(0.15):
        balanced = {"name": INTERNAL_BALANCER, "zoneId": "Z35SXDOTRQ7X7K", "evaluateTargetHealth": False}
        writer.add(kinds.RECORD, name, **{**given, "type": "A"}, aliases=[balanced])
        return
    writer.add(kinds.RECORD, name, **given, ttl=60, records=_written(writer, type_, records))


def _balancer(writer: Writer, name: str) -> dict[str, Expression]:
    """An alias to a load balancer of the program."""
    given = {"internal": writer.chance(0.7), "subnets": [writer.rng.choice(writer.there[t.SUBNET])]}
    balancer = f"balancer-{name}"
    writer.add(kinds.LOAD_BALANCER, balancer, loadBalancerType="network", **given)
    names = {prop: output(balancer, each) for prop, each in (("name", "dnsName"), ("zoneId", "zoneId"))}
    return {**names, "evaluateTargetHealth": False}


def _written(writer: Writer, type_: str, records: list[str]) -> Expression:
    """The values, plainly or not; sometimes the address of something of the program."""
    addresses = [output(each.name, "publicIp") for each in writer.declared if each.type == kinds.EIP]
    if type_ != "A" or not addresses or not writer.chance(0.4):
        return records
    options = {"$all": [addresses[0], records[0]]}
    if writer.chance(0.3):
        return [addresses[0]]
    return [apply("choose", options, writer.setting(writer.rng.randrange(2)))]
