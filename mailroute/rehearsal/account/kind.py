"""How the account treats one type of resource: a table of facts and small functions for each."""

from __future__ import annotations

import hashlib
import ipaddress
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from reachability.refusals.places import may_be_shared

from .account import Account, AwsResource
from .errors import AwsError

CREATED_AT: Final = "2026-01-05T09:00:00Z"
"""When everything in a rehearsal is created: a clock would make each run another one."""


@dataclass(frozen=True)
class Caller:
    """Who calls AWS: the account and the region of a provider."""

    account_id: str
    region: str


@dataclass(frozen=True)
class Call:
    """A call of AWS's API that creates or changes a resource.

    Attributes:
        urn: the resource in the program.
        generation: how often that URN was created before.
        inputs: what the program asks for, in camelCase, defaults filled in, secrets in clear.
        id: of the resource to be changed; empty for a new one.
    """

    account: Account
    caller: Caller
    type: str
    urn: str
    generation: int
    inputs: Mapping[str, Any]
    id: str = ""

    @property
    def region(self) -> str:
        return str(self.inputs.get("region") or self.caller.region)

    def digest(self, purpose: str, length: int) -> str:
        """Hexadecimal digits that only this resource has for this purpose, in every run the same."""
        seed = f"{self.urn}\n{self.generation}\n{purpose}".encode()
        return hashlib.shake_256(seed).hexdigest((length + 1) // 2)[:length]

    def ec2_id(self, prefix: str) -> str:
        """An id such as EC2 gives: `vpc-` and 17 hexadecimal digits."""
        return f"{prefix}-0{self.digest(prefix, 16)}"

    def number(self, purpose: str, below: int) -> int:
        """A number from 0 up to `below`."""
        return int(self.digest(purpose, 16), 16) % below

    def find(self, type_: str, name: str) -> AwsResource | None:
        """The resource of `type_` that the input `name` refers to, if the account has it."""
        identity = self.inputs.get(name)
        return self.account.find(type_, identity) if isinstance(identity, str) else None

    def others(self, *types: str) -> Iterable[AwsResource]:
        """The account's resources of `types`, this one left out."""
        return (other for other in self.account.of(*types) if (other.type, other.id) != (self.type, self.id))

    def arn(self, service: str, rest: str, *, regional: bool = True, owned: bool = True) -> str:
        """An ARN in this call's account and region."""
        region = self.region if regional else ""
        return f"arn:aws:{service}:{region}:{self.caller.account_id if owned else ''}:{rest}"


Rule = Callable[[Call], None]
"""Something that AWS refuses: raises `AwsError`."""

Check = Callable[[Mapping[str, Any]], Iterable[tuple[str, str]]]
"""What is wrong with inputs by themselves: pairs of property path and reason. A value may be `UNKNOWN`."""


@dataclass(frozen=True)
class Reference:
    """An input that names another resource, or a list of them.

    Attributes:
        code: AWS's error code where there is no such resource.
        noun: what AWS calls it.
    """

    type: str
    code: str
    noun: str

    def missing(self, identity: str) -> AwsError:
        """What AWS says where `identity` is not there."""
        return AwsError(self.code, f"The {self.noun} '{identity}' does not exist in the simulated account.")


@dataclass(frozen=True)
class Kind:
    """What is known of one resource type beyond its class in the SDK.

    Attributes:
        identify: gives a new resource its id.
        defaults: outputs that hold what the program does not set, known before creation; `None` says that
            there is no value.
        checked_defaults: defaults that already the checked inputs show.
        computed: the outputs that AWS gives at creation.
        recomputed: those of them that follow the inputs at an update too; the others stay.
        computed_inside: by output, the parts of an object that AWS adds to those that the program gives.
        replaced_by: the inputs whose change makes a new resource.
        taken_back: the inputs that AWS may put back to what they were, though the update succeeds.
        references: the inputs that name another resource.
        non_blocking_references: those of them that do not block the deletion of what they name.
        checks: what can be seen from the inputs alone, in a preview too.
        rules: what AWS refuses at creation and at an update.
        implicit_resources: what AWS creates, and deletes again, with a resource of this type.
        warns: what a rehearsal lets pass though a first deployment would not.
        imported_as: by its properties, what an import calls it ("Import", pulumi-aws's own pages of each
            type), where that is not its id.
    """

    type: str
    identify: Callable[[Call], str]
    computed: Callable[[Call, str], Mapping[str, Any]] = lambda _call, _id: {}
    defaults: Mapping[str, Any] = field(default_factory=dict)
    checked_defaults: Mapping[str, Any] = field(default_factory=dict)
    recomputed: frozenset[str] = frozenset()
    computed_inside: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    replaced_by: frozenset[str] = frozenset()
    taken_back: frozenset[str] = frozenset()
    references: Mapping[str, Reference] = field(default_factory=dict)
    non_blocking_references: frozenset[str] = frozenset()
    checks: tuple[Check, ...] = ()
    rules: tuple[Rule, ...] = ()
    implicit_resources: Callable[[AwsResource, Call], Iterable[AwsResource]] = lambda _resource, _call: ()
    warns: Callable[[Call], Iterable[str]] = lambda _call: ()
    imported_as: Callable[[Mapping[str, Any]], str] | None = None


def ec2_id(prefix: str) -> Callable[[Call], str]:
    """Ids such as `subnet-0123456789abcdef0`."""
    return lambda call: call.ec2_id(prefix)


def id_from(name: str) -> Callable[[Call], str]:
    """Ids that are the value of an input."""
    return lambda call: str(call.inputs[name])


def opaque_id(call: Call) -> str:
    """An id for types whose ids mean nothing to anybody: type and digits."""
    return f"{call.type.rpartition(':')[2].lower()}-{call.digest('id', 16)}"


def unique(name: str, code: str, sentence: str) -> Rule:
    """No two resources of a type have the same value of input `name`; `{}` in `sentence` stands for it."""

    def rule(call: Call) -> None:
        value = call.inputs.get(name)
        if any(other.get(name) == value for other in call.others(call.type)):
            raise AwsError(code, sentence.format(value))

    return rule


def references_exist(call: Call, references: Mapping[str, Reference]) -> None:
    """Every resource that is named must be there, as far as the account shows that type.

    AWS finds none of another region, nor one of another account, unless that may be shared.
    """
    for name, reference in references.items():
        value = call.inputs.get(name)
        for identity in value if isinstance(value, list) else [value]:
            if isinstance(identity, str) and identity and not is_there(call, reference, name, identity):
                raise reference.missing(identity)


def is_there(call: Call, reference: Reference, name: str, identity: str) -> bool:
    """Whether AWS finds `identity`, which `call` names by the property `name`, or may find it.

    It looks in the call's own region, and in its own account unless others may share such a resource.
    """
    found = call.account.find(reference.type, identity)
    if found is None:
        return not call.account.shows(reference.type)
    account, region = call.account.place_of(found)
    wanted = call.inputs.get("vpcRegion") if name == "vpcId" else None
    owned = account == call.caller.account_id or may_be_shared(call.type, name)
    return owned and region == (wanted or call.region)


def network(cidr: Any) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """The network that `cidr` is, `None` where it is none."""
    try:
        return ipaddress.ip_network(cidr) if isinstance(cidr, str) else None
    except ValueError:
        return None


def inner_domain(region: str) -> str:
    """The domain of instances inside a VPC ("DHCP option sets in Amazon VPC", Amazon VPC User Guide)."""
    return "ec2.internal" if region == "us-east-1" else f"{region}.compute.internal"


def label(type_: str) -> str:
    """How AWS's documents call a type: `ec2/vpcEndpoint:VpcEndpoint` -> `EC2 VPC Endpoint`."""
    _, module, name = type_.split(":")
    service = _SERVICES.get(module.partition("/")[0], module.partition("/")[0].upper())
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    words = re.sub(r"\b(Vpc|Dns|Dhcp|Eip|Ipv4|Ipv6)\b", lambda found: _WORDS[found[0]], words)
    return f"{service} {words}"


_SERVICES: Final = {
    "apprunner": "App Runner",
    "iam": "IAM",
    "logs": "CloudWatch Logs",
    "route53": "Route 53",
    "secretsmanager": "Secrets Manager",
    "ses": "SES",
    "sesv2": "SES",
    "vpc": "EC2",
}
_WORDS: Final = {
    "Vpc": "VPC",
    "Dns": "DNS",
    "Dhcp": "DHCP",
    "Eip": "EIP",
    "Ipv4": "IPv4",
    "Ipv6": "IPv6",
}
