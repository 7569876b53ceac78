"""Packages that nobody simulates: their outputs are unknown, and the rest of the program goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mailroute import wire
from mailroute.rehearsal.result import Severity
from reachability.values import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable

    from mailroute.rehearsal.result import Rehearsal
    from tests.embedded.conftest import Rehearser

    Run = Callable[..., Rehearsal]

pytestmark = pytest.mark.usefixtures("forked")

PRELUDE = """
import pulumi
from pulumi import ComponentResource, CustomResource, InvokeOptions, Output, ResourceOptions

class Monitor(CustomResource):
    query: Output[str]
    token: Output[str]
    def __init__(self, name, opts=None):
        super().__init__("datadog:index/monitor:Monitor", name, {"query": "up", "token": None}, opts)

class Network(ComponentResource):
    vpc: Output[str]
    def __init__(self, name):
        super().__init__("acme:index:Network", name, {"vpc": None}, None, True)

class Thing(CustomResource):
    value: Output[str]
    plain: Output[str]
    def __init__(self, name, value):
        super().__init__("aws:test/thing:Thing", name, {"value": value, "plain": "p", "computed": None})
"""


@pytest.mark.parametrize("up", [False, True])
def test_what_comes_of_another_package_is_unknown(rehearse: Run, up: bool) -> None:
    rehearsal = rehearse(
        PRELUDE
        + """
def never(_value):
    raise AssertionError("an unknown value is handed to apply")

monitor, network = Monitor("m"), Network("n")
read = Monitor("read", ResourceOptions(id="m-1"))
for value in (monitor.id, monitor.query, monitor.token, network.vpc, read.token):
    value.apply(never)
pulumi.runtime.invoke_output("datadog:index:getTeam", {}).apply(never)
pulumi.export("token", monitor.token)
pulumi.export("vpc", network.vpc)
pulumi.export("read", read.id)
pulumi.export("known", Thing("known", "v").value)
""",
        up=up,
    )
    assert rehearsal.outputs == {"token": UNKNOWN, "vpc": UNKNOWN, "read": "m-1", "known": "v"}
    by_name = {resource.name: resource for resource in rehearsal.resources}
    assert (by_name["m"].id, by_name["m"].outputs) == (None, {})
    assert (by_name["n"].custom, by_name["n"].outputs) == (False, {})
    assert (by_name["known"].id is not None) is up


def test_what_depends_on_it_is_unknown_in_an_update_too(rehearse: Run) -> None:
    rehearsal = rehearse(
        PRELUDE
        + """
first = Thing("first", Monitor("m").token)
second = Thing("second", first.id)
other = Thing("other", "v")
pulumi.export("first", first.id)
pulumi.export("plain", first.plain)
pulumi.export("second", second.id)
pulumi.export("other", other.id)
""",
        up=True,
    )
    by_name = {resource.name: resource for resource in rehearsal.resources}
    assert [by_name[name].id is None for name in ("first", "second", "other")] == [True, True, False]
    assert by_name["first"].inputs["value"] is UNKNOWN
    assert by_name["second"].inputs["value"] is UNKNOWN
    assert by_name["second"].property_dependencies["value"] == (by_name["first"].urn,)
    assert rehearsal.outputs["first"] is rehearsal.outputs["second"] is UNKNOWN
    assert isinstance(rehearsal.outputs["other"], str)


def test_each_package_is_named_in_one_line(rehearse: Run) -> None:
    rehearsal = rehearse(
        PRELUDE
        + """
provider = pulumi.ProviderResource("datadog", "mine", {})
Monitor("a")
Monitor("b", ResourceOptions(provider=provider))
Network("n")
"""
    )
    warnings = [said.message for said in rehearsal.diagnostics if said.severity is Severity.WARNING]
    assert sorted(warnings) == [
        f"the package {name!r} is not simulated: its outputs are unknown, "
        "and what depends on them is undetermined"
        for name in ("acme", "datadog")
    ]


def test_a_parameterized_package_is_one_of_these(rehearse: Run) -> None:
    rehearsal = rehearse(
        """
import base64
import pulumi
from pulumi.runtime.settings import register_package

package = register_package(
    "terraform-provider", "1.0.0", "", "acme", "1.0.0", base64.b64encode(b"x").decode()
)
bucket = pulumi.CustomResource("acme:index/b:B", "b", {}, package_ref=package)
pulumi.export("id", bucket.id)
"""
    )
    assert rehearsal.outputs == {"id": UNKNOWN}


def test_a_secret_goes_in_and_is_shown_nowhere(rehearser: Rehearser) -> None:
    rehearser.write(
        """
import pulumi
pulumi.CustomResource("vault:index/secret:Secret", "s", {"value": pulumi.Output.secret("hunter2-9")})
"""
    )
    (secret,) = (each for each in rehearser.run(up=True).resources if each.name == "s")
    assert isinstance(secret.inputs["value"], wire.Secret)


@pytest.mark.parametrize("up", [False, True])
def test_a_known_package_goes_on_with_plausible_values(rehearse: Run, up: bool) -> None:
    rehearsal = rehearse(
        """
import pulumi

class Password(pulumi.CustomResource):
    result: pulumi.Output[str]
    def __init__(self, name):
        super().__init__("random:index/randomPassword:RandomPassword", name, {"length": 9, "result": None})

pulumi.export("password", Password("p").result)
pulumi.export("code", pulumi.runtime.invoke("std:index:base64encode", {"input": "a"}).value)
pulumi.CustomResource("command:local:Command", "c", {"create": "touch ran", "stdout": None})

class Namespace(pulumi.CustomResource):
    metadata: pulumi.Output[dict]
    status: pulumi.Output[dict]
    def __init__(self, name):
        properties = {"kind": "Namespace", "metadata": None, "status": None}
        super().__init__("kubernetes:core/v1:Namespace", name, properties)

space = Namespace("apps")
pulumi.export("name", space.metadata.apply(lambda found: found["name"]))
pulumi.export("phase", space.status.apply(lambda found: found["phase"]))
""",
        up=up,
    )
    password = rehearsal.outputs["password"]
    assert (isinstance(password, wire.Secret), password is UNKNOWN) == (up, not up)
    assert rehearsal.outputs["code"] == {"result": "YQ=="}
    assert rehearsal.outputs["phase"] is UNKNOWN
    assert (rehearsal.outputs["name"] is UNKNOWN) is up
    assert sorted(said.message for said in rehearsal.diagnostics if said.severity is Severity.WARNING) == [
        "commands of the package 'command' are not run: their outputs are unknown",
        "the package 'kubernetes' is simulated in part: what the program does not give is unknown, and what "
        "depends on that is undetermined",
    ]
