"""Small accounts with AWS Network Firewall on the way out, at random: mail passes, or nearly does."""

from __future__ import annotations

from random import Random
from typing import Final

from tests.judges.topologies import (
    ANYWHERE,
    LITERAL,
    NAT_GATEWAY,
    ROUTE_TABLE,
    SUBNET,
    Document,
    Draft,
    Properties,
    add_subnet,
    network,
    put_route,
    service,
)
from tests.judges.twists import TWISTS

FIREWALL: Final = "aws:networkfirewall/firewall:Firewall"
POLICY: Final = "aws:networkfirewall/firewallPolicy:FirewallPolicy"
RULE_GROUP: Final = "aws:networkfirewall/ruleGroup:RuleGroup"
FORWARD: Final = "aws:forward_to_sfe"


def firewalled(seed: int) -> Document:
    """The account of `seed`: firewalls before its NAT gateways, behind them, or both."""
    rng = Random(seed)
    draft = Draft(rng)
    network(draft, True, main=False)
    service(draft)
    place = rng.choice(("before", "before", "behind", "both"))
    if place != "behind":
        before_nat(draft)
    if place != "before":
        behind_nat(draft)
    for _ in range(rng.choice((0, 0, 0, 1, 1, 2))):
        rng.choice(_TWISTS)(draft)
    if rng.random() < 0.3:
        rng.choice(TWISTS)(draft)
    return draft.document()


def before_nat(draft: Draft) -> None:
    """Clients' tables lead to an endpoint, its own table to the NAT gateway, and replies back likewise."""
    tables = [key for key in draft.ids(ROUTE_TABLE) if key.startswith("rtb-private")]
    for number, key in enumerate(tables):
        name = f"in{number}"
        route = draft[key]["routes"][0]
        endpoint = _endpoint(draft, name, number, {**route})
        put_route(draft[key], _to(ANYWHERE, endpoint))
        for link in draft[key]["associations"]:
            put_route(draft["rtb-public"], _to(draft[link["subnetId"]]["cidrBlock"], endpoint))
    _firewall(draft, "in", len(tables))


def behind_nat(draft: Draft) -> None:
    """The NAT gateways' table leads to an endpoint, its own to the internet gateway, whose leads back."""
    endpoint = _endpoint(draft, "out0", 8, {"cidrBlock": ANYWHERE, "gatewayId": "igw-a", "state": "active"})
    put_route(draft["rtb-public"], _to(ANYWHERE, endpoint))
    held = {nat["subnetId"] for nat in map(draft.__getitem__, draft.ids(NAT_GATEWAY)) if "subnetId" in nat}
    back = [_to(draft[subnet]["cidrBlock"], endpoint) for subnet in sorted(held)]
    draft.add(ROUTE_TABLE, "rtb-edge", vpcId="vpc-a", routes=back, associations=[{"gatewayId": "igw-a"}])
    _firewall(draft, "out", 1)


def _to(cidr: str, endpoint: str) -> Properties:
    return {"cidrBlock": cidr, "vpcEndpointId": endpoint, "state": "active"}


def _endpoint(draft: Draft, name: str, number: int, onward: Properties) -> str:
    start = draft["vpc-a"]["cidrBlock"].removesuffix(".0.0/16")
    subnet = add_subnet(draft, f"fw-{name}", "vpc-a", f"{start}.{200 + number}.0/28")
    links = [{"subnetId": subnet}]
    draft.add(ROUTE_TABLE, f"rtb-fw-{name}", vpcId="vpc-a", routes=[onward], associations=links)
    return f"vpce-{name}"


def _firewall(draft: Draft, name: str, endpoints: int) -> None:
    names = [f"{name}{number}" for number in range(endpoints)]
    states = [
        {"attachments": [{"endpointId": f"vpce-{each}", "subnetId": f"subnet-fw-{each}"}]} for each in names
    ]
    draft.add(
        FIREWALL,
        f"firewall-{name}",
        vpcId="vpc-a",
        firewallPolicyArn=policy(draft, name),
        subnetMappings=[{"subnetId": f"subnet-fw-{each}"} for each in names],
        firewallStatuses=[{"syncStates": states}],
    )


def policy(draft: Draft, name: str) -> str:
    """A policy that passes mail more often than not."""
    rng = draft.rng
    strict = rng.random() < 0.5
    body: Properties = {
        "statelessDefaultActions": [rng.choice((FORWARD,) * 6 + ("aws:pass", "aws:drop"))],
        "statelessFragmentDefaultActions": ["aws:drop"],
        "statefulEngineOptions": {"ruleOrder": "STRICT_ORDER"} if strict else {},
    }
    if strict:
        defaults = ("aws:drop_strict", "aws:drop_established", "aws:alert_strict")
        body["statefulDefaultActions"] = [rng.choice(defaults)] if rng.random() < 0.9 else []
    for kind, count in (("stateful", rng.choice((0, 1, 1, 2))), ("stateless", rng.choice((0, 0, 0, 1)))):
        ranks = rng.sample(range(1, 9), count)
        body[f"{kind}RuleGroupReferences"] = [
            {"resourceArn": _group(draft, f"{kind}-{name}-{rank}", kind), "priority": rank} for rank in ranks
        ]
    return draft.add(POLICY, f"policy-{name}", firewallPolicy=body)


def _group(draft: Draft, key: str, kind: str) -> str:
    rng = draft.rng
    if kind == "stateless":
        rules = [
            _stateless_rule(draft, priority) for priority in rng.sample(range(1, 99), rng.choice((1, 2, 3)))
        ]
        source: Properties = {"statelessRulesAndCustomActions": {"statelessRules": rules}}
    elif rng.random() < 0.1:
        types = rng.choice((["HTTP_HOST"], ["TLS_SNI"], ["HTTP_HOST", "TLS_SNI"]))
        source = {
            "rulesSourceList": {"generatedRulesType": "ALLOWLIST", "targetTypes": types, "targets": ["x.org"]}
        }
    else:
        source = {"statefulRules": [_stateful_rule(draft) for _ in range(rng.choice((1, 1, 2, 3)))]}
    return draft.add(RULE_GROUP, key, type=kind.upper(), ruleGroup={"rulesSource": source})


def _stateful_rule(draft: Draft) -> Properties:
    rng = draft.rng
    header = {
        "protocol": rng.choice(("TCP",) * 6 + ("IP", "UDP", "HTTP", "SMTP")),
        "source": rng.choice(("ANY", "ANY", _block(draft), "$HOME_NET")),
        "sourcePort": rng.choice(("ANY",) * 6 + ("1024:65535", "1024:40000")),
        "direction": rng.choice(("FORWARD", "FORWARD", "ANY")),
        "destination": rng.choice(("ANY", "ANY", "ANY", _block(draft), f"[{_block(draft)},{LITERAL}/32]")),
        "destinationPort": rng.choice(("ANY", "587", "465", "[465,587,2525]", "500:600", "443")),
    }
    if rng.random() < 0.1:  # About the replies.
        header["source"], header["destination"] = header["destination"], header["source"]
        header["sourcePort"], header["destinationPort"] = header["destinationPort"], header["sourcePort"]
    options = [{"keyword": "sid", "settings": ["1"]}]
    if rng.random() < 0.1:
        options.append({"keyword": "flow", "settings": ["to_server"]})
    action = rng.choice(("PASS", "PASS", "PASS", "DROP", "REJECT", "ALERT"))
    return {"action": action, "header": header, "ruleOptions": options}


def _stateless_rule(draft: Draft, priority: int) -> Properties:
    rng = draft.rng
    match: Properties = {"protocols": rng.choice(([], [6], [6, 17], [17]))}
    for name in ("sources", "destinations"):
        if rng.random() < 0.3:
            match[name] = [{"addressDefinition": _block(draft)}]
    ports = rng.choice(((587, 587), (465, 2525), (443, 443), (1024, 65535)))
    if rng.random() < 0.4:
        match[rng.choice(("sourcePorts", "destinationPorts"))] = [{"fromPort": ports[0], "toPort": ports[1]}]
    if rng.random() < 0.1:
        match["tcpFlags"] = [{"flags": ["SYN"], "masks": ["SYN", "ACK"]}]
    action = rng.choice((FORWARD, FORWARD, "aws:pass", "aws:drop"))
    return {"priority": priority, "ruleDefinition": {"actions": [action], "matchAttributes": match}}


def _block(draft: Draft) -> str:
    subnet = draft[draft.rng.choice(draft.ids(SUBNET))]["cidrBlock"]
    return draft.rng.choice(
        (subnet, draft["vpc-a"]["cidrBlock"], "0.0.0.0/1", "128.0.0.0/1", f"{LITERAL}/32")
    )


# What is nearly right ----------------------------------------------------------------------------------


def _route_gone(draft: Draft) -> None:
    key = draft.rng.choice([key for key in draft.ids(ROUTE_TABLE) if draft[key]["routes"]])
    routes = draft[key]["routes"]
    routes.remove(draft.rng.choice(routes))


def _blackhole(draft: Draft) -> None:
    key = draft.rng.choice([key for key in draft.ids(ROUTE_TABLE) if draft[key]["routes"]])
    route = draft.rng.choice(draft[key]["routes"])
    route["state"] = "blackhole"


def _other_endpoint(draft: Draft) -> None:
    """A route to an endpoint leads to another one, or to one of which nothing is known."""
    routes = [
        route for key in draft.ids(ROUTE_TABLE) for route in draft[key]["routes"] if "vpcEndpointId" in route
    ]
    endpoints = [route["vpcEndpointId"] for route in routes]
    if routes:
        draft.rng.choice(routes)["vpcEndpointId"] = draft.rng.choice([*endpoints, "vpce-other"])


def _endpoint_again(draft: Draft) -> None:
    """The firewall's own subnet leads to an endpoint too: perhaps in a circle."""
    tables = [key for key in draft.ids(ROUTE_TABLE) if key.startswith("rtb-fw-")]
    endpoints = [key.replace("rtb-fw-", "vpce-") for key in tables]
    put_route(draft[draft.rng.choice(tables)], _to(ANYWHERE, draft.rng.choice(endpoints)))


def _no_edge(draft: Draft) -> None:
    if "rtb-edge" in draft.resources:
        draft["rtb-edge"]["associations"] = []


_TWISTS: Final = (_route_gone, _blackhole, _other_endpoint, _endpoint_again, _no_edge)
