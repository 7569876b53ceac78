"""One small program for each thing that a program may ask of Pulumi's engine."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from mailroute import wire
from mailroute.rehearsal.embedded import children
from mailroute.rehearsal.result import (
    Completed,
    Diagnostic,
    EngineFault,
    Registered,
    RehearsalError,
    Severity,
)
from mailroute.rehearsal.shared.processes import Children
from reachability.values import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable

    from mailroute.rehearsal.result import PlannedResource, Rehearsal
    from tests.embedded.conftest import Rehearser

    Run = Callable[..., Rehearsal]

pytestmark = pytest.mark.usefixtures("forked")

PRELUDE = """
import pulumi
from pulumi import ComponentResource, CustomResource, Output, ResourceOptions

class Thing(CustomResource):
    size: Output[int]
    def __init__(self, name, opts=None, **inputs):
        super().__init__("aws:test/thing:Thing", name, inputs, opts)

class Group(ComponentResource):
    def __init__(self, name, opts=None, **inputs):
        super().__init__("demo:index:Group", name, inputs, opts)
"""


def _by_name(rehearsal: Rehearsal) -> dict[str, PlannedResource]:
    return {resource.name: resource for resource in rehearsal.resources}


def test_aliases_are_those_of_the_resource_and_of_its_parent(rehearse: Run) -> None:
    rehearsal = rehearse(
        PRELUDE
        + """
group = Group("new", ResourceOptions(aliases=[pulumi.Alias(name="old")]))
Thing("new-a", ResourceOptions(parent=group, aliases=[pulumi.Alias(type_="aws:test/former:Former")]))
Thing("moved", ResourceOptions(aliases=[pulumi.Alias(parent=group), "urn:pulumi:x::y::z::w"]))
"""
    )
    aliases = {name: resource.aliases for name, resource in _by_name(rehearsal).items()}
    beneath = "urn:pulumi:dev::demo::demo:index:Group"
    assert aliases["new"] == (f"{beneath}::old",)
    assert aliases["new-a"] == (
        f"{beneath}$aws:test/former:Former::new-a",
        f"{beneath}$aws:test/thing:Thing::old-a",
        f"{beneath}$aws:test/former:Former::old-a",
    )
    assert aliases["moved"] == (f"{beneath}$aws:test/thing:Thing::moved", "urn:pulumi:x::y::z::w")


PROVIDERS = (
    PRELUDE
    + """
class Provider(pulumi.ProviderResource):
    def __init__(self, name, **config):
        super().__init__("aws", name, config)

eu = Provider("eu", region="eu-west-1")
"""
)


def test_children_inherit_what_a_transform_gave_their_parent(rehearser: Rehearser) -> None:
    rehearser.write(
        PROVIDERS
        + """
def transform(args):
    if args.name != "group":
        return None
    options = ResourceOptions(protect=True, providers=[eu])
    return pulumi.ResourceTransformResult(args.props, ResourceOptions.merge(args.opts, options))

group = Group("group", ResourceOptions(transforms=[transform]))
Thing("child", ResourceOptions(parent=group))
Thing("grandchild", ResourceOptions(parent=Group("inner", ResourceOptions(parent=group))))
Thing("stranger")
"""
    )
    rehearser.run(recording_pack={"name": "recorder"})
    recorded = rehearser.recording.of("analyzer", "Analyze")
    analyzed = {call["request"]["name"]: call["request"] for call in recorded}
    providers = {name: shown["provider"]["name"] for name, shown in analyzed.items() if "provider" in shown}
    assert providers == {"child": "eu", "grandchild": "eu", "stranger": "default"}
    protected = {name for name, shown in analyzed.items() if shown["options"].get("protect")}
    assert protected == {"group", "child", "inner", "grandchild"}


def test_each_provider_resource_has_a_connection_of_its_own(rehearser: Rehearser) -> None:
    rehearser.write(PROVIDERS + "Thing('a')\nThing('b', ResourceOptions(provider=eu))\n")
    rehearser.run()
    peers = rehearser.recording.peers
    assert set(peers) == {"eu", "default"}
    assert peers["eu"] != peers["default"]


def test_a_provider_with_unknown_config_foresees_nothing(rehearser: Rehearser) -> None:
    rehearser.write(
        PROVIDERS
        + """
later = Provider("later", region=Thing("first").id)
thing = Thing("thing", ResourceOptions(provider=later), a=1)
pulumi.export("got", pulumi.runtime.invoke_output(
    "aws:index:getThing", {"a": 1}, pulumi.InvokeOptions(provider=later)))
"""
    )
    things = _by_name(rehearser.run())
    assert things["thing"].inputs == {"a": 1}
    assert things["thing"].outputs == {}
    asked = {call["request"].get("name") for call in rehearser.recording.of("provider", "Check", "Configure")}
    assert asked == {"eu", "first", "default"}
    assert not rehearser.recording.of("provider", "Invoke")


def test_transforms_reach_children_and_the_stack_s_come_last(rehearse: Run) -> None:
    rehearsal = rehearse(
        PRELUDE
        + """
def adding(mark):
    def transform(args):
        marks = [*args.props.get("marks", []), mark]
        return pulumi.ResourceTransformResult({**args.props, "marks": marks}, args.opts)
    return transform

pulumi.runtime.register_resource_transform(adding("stack"))
group = Group("group", ResourceOptions(transforms=[adding("group")]))
Thing("child", ResourceOptions(parent=group, transforms=[adding("own")]))
Thing("other")
"""
    )
    things = _by_name(rehearsal)
    assert things["child"].inputs["marks"] == ["own", "group", "stack"]
    assert things["other"].inputs["marks"] == ["stack"]


def test_transforms_keep_dependencies_and_secrets(rehearse: Run) -> None:
    rehearsal = rehearse(
        PRELUDE
        + """
def transform(args):
    return pulumi.ResourceTransformResult({**args.props, "moved": args.props["ref"]}, args.opts)

first = Thing("first")
options = ResourceOptions(transforms=[transform])
Thing("second", options, ref=first.id, password=Output.secret("hunter2"))
""",
        up=True,
    )
    second = _by_name(rehearsal)["second"]
    first = _by_name(rehearsal)["first"]
    assert second.inputs == {"ref": "first-id", "moved": "first-id", "password": wire.Secret("hunter2")}
    assert second.dependencies == (first.urn,)


def test_an_invoke_goes_through_the_stacks_transforms(rehearser: Rehearser) -> None:
    rehearser.write(
        """
import pulumi
def transform(args):
    return pulumi.InvokeTransformResult({**args.args, "more": 2}, args.opts)

pulumi.runtime.register_invoke_transform(transform)
pulumi.export("answer", pulumi.runtime.invoke_output("aws:index:getThing", {"a": 1}))
"""
    )
    assert rehearser.run().outputs["answer"] == {"a": 1, "more": 2}


def test_a_failing_transform_is_one_line(rehearse: Run) -> None:
    with pytest.raises(RehearsalError) as raised:
        rehearse(
            PRELUDE
            + """
def transform(args):
    raise ValueError("no such tag")
Thing("thing", ResourceOptions(transforms=[transform]))
"""
        )
    assert str(raised.value) == "a transform of the program fails: __main__.py:15: no such tag"


HOOKS = (
    PRELUDE
    + """
def tell(args):
    pulumi.log.info(f"{args.name} {args.id} {args.new_inputs.get('a')} {(args.new_outputs or {}).get('a')}")

def fail(args):
    raise ValueError("not today")

before = pulumi.ResourceHook("before", tell, pulumi.ResourceHookOptions(on_dry_run=True))
after = pulumi.ResourceHook("after", tell)
binding = pulumi.ResourceHookBinding(before_create=[before], after_create=[after])
Thing("thing", ResourceOptions(hooks=binding), a=1)
"""
)


def test_hooks_run_around_a_creation(rehearse: Run) -> None:
    def told(rehearsal: Rehearsal) -> list[str]:
        return [note.message for note in rehearsal.diagnostics]

    assert told(rehearse(HOOKS)) == ["thing  1.0 None"]
    assert told(rehearse(HOOKS, up=True)) == ["thing  1.0 None", "thing thing-id 1.0 1.0"]


def test_a_failing_hook_fails_the_resource_unless_it_may(rehearse: Run) -> None:
    program = (
        HOOKS
        + """
hook = pulumi.ResourceHook("h", fail, pulumi.ResourceHookOptions(on_dry_run=True, ignore_errors=TOLERATED))
Thing("other", ResourceOptions(hooks=pulumi.ResourceHookBinding(before_create=[hook])))
"""
    )
    message = "aws:test/thing:Thing 'other': hook 'h': not today"
    with pytest.raises(RehearsalError) as raised:
        rehearse(program.replace("TOLERATED", "False"))
    assert str(raised.value) == message
    tolerated = rehearse(program.replace("TOLERATED", "True"))
    [warning] = [note for note in tolerated.diagnostics if note.severity is Severity.WARNING]
    assert warning.message == message


def test_depending_on_a_component_is_depending_on_what_it_holds(rehearse: Run) -> None:
    rehearsal = rehearse(
        PRELUDE
        + """
group = Group("group")
child = Thing("child", ResourceOptions(parent=group))
Thing("later", ResourceOptions(depends_on=[group]))
after = pulumi.InvokeOutputOptions(depends_on=[group])
pulumi.export("pending", pulumi.runtime.invoke_output("aws:index:getThing", {"a": 1}, after))
"""
    )
    things = _by_name(rehearsal)
    assert things["later"].dependencies == (things["child"].urn,)
    assert rehearsal.outputs["pending"] is UNKNOWN


def test_an_invoke_waits_for_nothing_that_is_there(rehearse: Run) -> None:
    source = (
        PRELUDE
        + """
after = pulumi.InvokeOutputOptions(depends_on=[Thing("thing")])
pulumi.export("got", pulumi.runtime.invoke_output("aws:index:getThing", {"a": 1}, after))
"""
    )
    assert rehearse(source, up=True).outputs["got"] == {"a": 1}


def test_outputs_of_a_component_are_those_that_it_registers(rehearse: Run) -> None:
    rehearsal = rehearse(
        PRELUDE
        + """
group = Group("group", size=3)
child = Thing("t", ResourceOptions(parent=group))
group.register_outputs({"sizes": [1, 2], "secret": Output.secret("x"), "child": child})
"""
    )
    group = _by_name(rehearsal)["group"]
    assert group.inputs == {"size": 3}
    assert group.outputs == {"sizes": [1, 2], "secret": wire.Secret("x"), "child": UNKNOWN}
    assert group.id is None
    assert not group.custom


@pytest.mark.hostile("engine")
def test_outputs_of_a_custom_resource_are_its_providers(rehearse: Run) -> None:
    source = """
def other(urn):
    outputs = struct_pb2.Struct()
    outputs.update({"a": 2})
    request = resource_pb2.RegisterResourceOutputsRequest(urn=urn, outputs=outputs)
    get_monitor().RegisterResourceOutputs(request)

Thing("t", a=1).urn.apply(other)
"""
    modules = "from google.protobuf import struct_pb2\nfrom pulumi.runtime.proto import resource_pb2\n"
    with pytest.raises(RehearsalError) as raised:
        rehearse(f"{PRELUDE}{modules}from pulumi.runtime.settings import get_monitor\n{source}")
    assert str(raised.value) == (
        "outputs are registered for urn:pulumi:dev::demo::aws:test/thing:Thing::t, a custom resource, "
        "whose outputs are its provider's: leave out RegisterResourceOutputs"
    )


def test_ids_are_known_after_an_update_only(rehearse: Run) -> None:
    source = PRELUDE + "thing = Thing('thing', a=1)\npulumi.export('id', thing.id)\n"
    preview, update = rehearse(source), rehearse(source, up=True)
    assert _by_name(preview)["thing"].id is None
    assert preview.outputs == {"id": UNKNOWN}
    assert _by_name(update)["thing"].id == "thing-id"
    assert update.outputs == {"id": "thing-id"}


def test_a_stash_gives_back_what_it_was_given(rehearse: Run) -> None:
    rehearsal = rehearse("import pulumi\npulumi.export('kept', pulumi.Stash('s', input={'a': [1]}).output)\n")
    assert rehearsal.outputs == {"kept": {"a": [1]}}


def test_a_stack_reference_reads_an_earlier_rehearsal(rehearse: Run) -> None:
    outputs = {"list": ["a"], "password": {"$secret": True}}
    rehearsal = rehearse(
        """
import pulumi
net = pulumi.StackReference("organization/net/dev")
pulumi.export("list", net.get_output("list"))
pulumi.export("password", net.get_output("password"))
pulumi.export("absent", net.get_output("absent"))
""",
        **{"accounts/stacks/organization/net/dev.json": json.dumps({"outputs": outputs})},
    )
    assert rehearsal.outputs["list"] == ["a"]
    assert isinstance(rehearsal.outputs["password"], wire.Secret)
    assert rehearsal.outputs.get("absent") is None


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{", "Expecting property name"),
        ("[]", "has no outputs: save what 'pulumi stack output --json' or 'pulumi stack export' prints"),
        ('{"deployment": {"resources": []}}', "prints for the stack organization/net/dev"),
    ],
)
def test_a_stack_reference_to_nowhere_is_one_line(rehearse: Run, text: str, complaint: str) -> None:
    files = {"accounts/stacks/organization/net/dev.json": text}
    with pytest.raises(RehearsalError) as raised:
        rehearse("import pulumi\npulumi.StackReference('organization/net/dev')\n", **files)
    assert str(raised.value).startswith("__main__.py:2: StackReference 'organization/net/dev': ")
    assert complaint in str(raised.value)


@pytest.mark.parametrize(
    ("statement", "complaint"),
    [
        (
            "ComponentResource('aws:ec2:Network', 'r', {}, None, True)",
            "aws:ec2:Network 'r': a rehearsal does not simulate components of aws",
        ),
        (
            "Thing('t', ResourceOptions(import_='i-1'))",
            "__main__.py:13: aws:test/thing:Thing 't' is to be imported as 'i-1', which a rehearsal does not "
            "do: read it with .get(), or leave import_ out",
        ),
        (
            "pulumi.runtime.call('aws:test/thing:Thing/method', {}, Thing('t'))",
            "the program calls the method aws:test/thing:Thing/method: a rehearsal does not simulate that",
        ),
        (
            "Thing('t', ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(create='soon')))",
            "__main__.py:13: custom timeout 'soon': write it as 90s, 5m or 1h30m",
        ),
    ],
)
def test_what_is_not_simulated_is_refused_in_one_line(rehearse: Run, statement: str, complaint: str) -> None:
    with pytest.raises(RehearsalError) as raised:
        rehearse(PRELUDE + statement)
    assert str(raised.value) == complaint


def test_what_the_engine_lacks_the_sdk_refuses(rehearse: Run) -> None:
    with pytest.raises(RehearsalError, match="does not support error hooks"):
        rehearse(
            PRELUDE
            + """
hook = pulumi.ErrorHook("h", lambda args: False)
Thing("t", ResourceOptions(hooks=pulumi.ResourceHookBinding(on_error=[hook])))
"""
        )


def test_a_program_may_go_on_after_an_invoke_that_fails(rehearser: Rehearser) -> None:
    rehearser.write(
        """
import pulumi
try:
    pulumi.runtime.invoke("aws:index:getThing", {"a": "x"})
except Exception as error:
    pulumi.export("failed", "no such thing" in str(error))
"""
    )
    refusal = {
        "call": "Invoke",
        "package": "aws",
        "request": {"tok": "aws:index:getThing", "args": {"a": "x"}},
        "error": "rpc error: code = Unknown desc = no such thing",
    }
    assert rehearser.run(trace=[refusal]).outputs == {"failed": True}


def test_a_provider_that_breaks_is_a_fault_and_no_rejection(rehearser: Rehearser) -> None:
    rehearser.write(PRELUDE + "Thing('thing')\n")
    broken = {
        "call": "Create",
        "package": "aws",
        "request": {"urn": "urn:pulumi:dev::demo::aws:test/thing:Thing::thing"},
        "error": "rpc error: code = Unknown desc = Exception calling application: 'cidrBlock'",
    }
    with pytest.raises(EngineFault) as raised:
        rehearser.run(trace=[broken])
    assert str(raised.value) == (
        "the simulated provider aws failed: aws:test/thing:Thing 'thing': 'cidrBlock'"
    )


def test_a_creation_without_an_id_is_a_fault(rehearser: Rehearser) -> None:
    rehearser.write(PRELUDE + "Thing('thing')\n")
    nameless = {
        "call": "Create",
        "package": "aws",
        "request": {"urn": "urn:pulumi:dev::demo::aws:test/thing:Thing::thing"},
        "response": {},
    }
    assert rehearser.run(trace=[nameless]).ok
    with pytest.raises(EngineFault, match="'thing': its provider has created it without an id"):
        rehearser.run(up=True, trace=[nameless])


def test_what_is_read_and_not_there_is_one_line(rehearser: Rehearser) -> None:
    rehearser.write(PRELUDE + "Thing('thing', ResourceOptions(id='i-0'))\n")
    absent = {
        "call": "Read",
        "package": "aws",
        "request": {"urn": "urn:pulumi:dev::demo::aws:test/thing:Thing::thing"},
        "response": {},
    }
    with pytest.raises(RehearsalError) as raised:
        rehearser.run(trace=[absent])
    assert str(raised.value) == "__main__.py:13: aws:test/thing:Thing 'thing': 'i-0' is not in the account"


DYNAMIC = """
import pulumi
from pulumi.dynamic import CreateResult, Resource, ResourceProvider

class Provider(ResourceProvider):
    def create(self, props):
        if props["size"] > 3:
            raise ValueError("too large")
        return CreateResult("made", {**props, "twice": 2 * props["size"]})

class Made(Resource):
    twice: pulumi.Output[int]
    password: pulumi.Output[str]

made = Made(Provider(), "made", {"size": SIZE, "password": pulumi.Output.secret("hunter2"), "twice": None})
pulumi.export("twice", made.twice)
pulumi.export("password", made.password)
"""


def test_a_dynamic_provider_takes_no_secrets_and_leaks_none(rehearse: Run) -> None:
    rehearsal = rehearse(DYNAMIC.replace("SIZE", "2"), up=True)
    assert rehearsal.outputs == {"twice": 4, "password": wire.Secret("hunter2")}
    assert _by_name(rehearsal)["made"].id == "made"
    assert not any(key.startswith("__") for key in _by_name(rehearsal)["made"].inputs)


def test_a_dynamic_provider_that_raises_is_one_line(rehearse: Run) -> None:
    with pytest.raises(RehearsalError) as raised:
        rehearse(DYNAMIC.replace("SIZE", "4"), up=True)
    assert str(raised.value) == (
        "__main__.py:15: pulumi-python:dynamic:Resource 'made': __main__.py:8: ValueError: too large"
    )


def test_whoever_watches_sees_each_thing_as_it_happens(
    rehearser: Rehearser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(children, "Children", Children)  # Nobody reads the output of a fork.
    rehearser.write(PRELUDE + "print('hello')\npulumi.log.warn('careful')\nThing('thing')\n")
    rehearser.run(up=True)
    urn = "urn:pulumi:dev::demo::aws:test/thing:Thing::thing"
    stack = "urn:pulumi:dev::demo::pulumi:pulumi:Stack::demo-dev"
    registered = Registered(urn, "aws:test/thing:Thing", "thing", stack)
    assert Diagnostic(Severity.INFO, "hello") in rehearser.events
    assert Diagnostic(Severity.WARNING, "careful") in rehearser.events
    assert rehearser.events.index(registered) < rehearser.events.index(Completed(urn, "thing-id"))


def test_an_error_that_a_program_logs_and_survives_is_kept(rehearse: Run) -> None:
    rehearsal = rehearse("import pulumi\npulumi.log.error('something is odd')\npulumi.export('a', 1)\n")
    assert rehearsal.outputs == {"a": 1}
    assert Diagnostic(Severity.ERROR, "something is odd") in rehearsal.diagnostics


def test_config_reaches_the_program_and_secrets_stay_secret(rehearse: Run) -> None:
    rehearsal = rehearse(
        """
import pulumi
config = pulumi.Config()
pulumi.export("port", config.require_int("port"))
pulumi.export("list", config.require_object("list"))
pulumi.export("password", config.require_secret("password"))
pulumi.export("project", [pulumi.get_project(), pulumi.get_stack(), pulumi.get_organization()])
pulumi.export("preview", pulumi.runtime.is_dry_run())
""",
        config="config: {port: 587, 'demo:list': [1, a], password: {secure: abc}}\n",
    )
    assert rehearsal.outputs["port"] == 587
    assert rehearsal.outputs["list"] == [1, "a"]
    assert isinstance(rehearsal.outputs["password"], wire.Secret)
    assert rehearsal.outputs["project"] == ["demo", "dev", "organization"]
    assert rehearsal.outputs["preview"] is True
    assert [note.message for note in rehearsal.diagnostics] == [
        "Pulumi.dev.yaml: made-up values stand in for the encrypted demo:password: "
        "--config KEY=VALUE gives others"
    ]


def test_the_program_is_in_the_directory_that_the_project_names(rehearser: Rehearser) -> None:
    source = "import os, pulumi, beside\npulumi.export('at', [os.path.basename(os.getcwd()), beside.x])\n"
    files = {"src/__main__.py": source, "src/beside.py": "x = 1\n"}
    rehearser.write("raise ValueError", project="main: src\n", **files)
    assert rehearser.run().outputs == {"at": ["src", 1]}


def test_the_program_is_the_file_that_the_project_names(
    rehearser: Rehearser,
) -> None:
    source = """
import importlib.util, os, pulumi
found = importlib.util.find_spec("beside") is not None
pulumi.export("at", [os.path.basename(os.getcwd()), found])
"""
    files = {"src/app.py": source, "src/beside.py": "x = 1\n"}
    rehearser.write("raise ValueError", project="main: src/app.py\n", **files)
    assert rehearser.run().outputs == {"at": ["src", False]}
