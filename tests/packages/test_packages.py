"""What the resources and functions of packages beside pulumi-aws yield."""

from __future__ import annotations

import re
from typing import Any

import pytest

from mailroute import wire
from mailroute.rehearsal.embedded.packaged import PackagedProvider
from mailroute.rehearsal.packages import PACKAGES
from mailroute.rehearsal.result import RehearsalError
from reachability.values import UNKNOWN

KEY = "tls:index/privateKey:PrivateKey"
PASSWORD = "random:index/randomPassword:RandomPassword"
ID = "random:index/randomId:RandomId"
STRING = "random:index/randomString:RandomString"
UUID = "random:index/randomUuid:RandomUuid"
PET = "random:index/randomPet:RandomPet"
INTEGER = "random:index/randomInteger:RandomInteger"
IMAGE, BUILT = "docker:index/image:Image", "docker-build:index:Image"
PEM = r"-----BEGIN ([A-Z ]+)-----\n([\w+/=]{1,64}\n)+-----END \1-----\n"
NOTES: list[str] = []


def provider(token: str) -> PackagedProvider:
    NOTES.clear()
    package = token.partition(":")[0]
    urn = f"urn:pulumi:dev::p::pulumi:providers:{package}::d"
    return PackagedProvider(urn, "id", PACKAGES[package], NOTES.append)


def create(
    type_: str, name: str = "n", *, preview: bool = False, **inputs: Any
) -> tuple[str | None, dict[str, Any]]:
    urn = f"urn:pulumi:dev::p::{type_}::{name}"
    identity, outputs = provider(type_).create(urn, inputs, preview=preview, timeout=0)
    return identity, dict(outputs)


def invoke(token: str, **arguments: Any) -> Any:
    result, failures = provider(token).invoke(token, arguments, preview=False)
    assert failures == []
    return result


@pytest.mark.parametrize(
    ("type_", "inputs", "forms"),
    [
        (ID, {"byteLength": 4.0}, {"hex": r"[0-9a-f]{8}", "b64Std": r"[\w+/]{6}==", "b64Url": r"[\w-]{6}"}),
        (ID, {"byteLength": 2.0, "prefix": "x-"}, {"hex": r"x-[0-9a-f]{4}", "dec": r"x-\d+"}),
        (STRING, {"length": 9.0, "special": False, "upper": False}, {"result": r"[a-z0-9]{9}"}),
        (STRING, {"length": 40.0, "number": False, "special": False}, {"result": r"[a-zA-Z]{40}"}),
        (UUID, {}, {"result": r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"}),
        (KEY, {"algorithm": "RSA"}, {"publicKeyPem": PEM, "publicKeyOpenssh": r"ssh-rsa [\w+/=]+\n"}),
        ("tls:index/selfSignedCert:SelfSignedCert", {}, {"certPem": PEM, "validityEndTime": r"2027-.*Z"}),
        ("tls:index/certRequest:CertRequest", {}, {"certRequestPem": PEM}),
        (
            IMAGE,
            {"imageName": "localhost:5000/team/app:v1"},
            {
                "repoDigest": r"localhost:5000/team/app@sha256:[0-9a-f]{64}",
                "baseImageName": r"localhost:5000/team/app:v1",
                "registryServer": "localhost:5000",
            },
        ),
        (
            BUILT,
            {"tags": ["r.example/app:v1"]},
            {"ref": r"r\.example/app@sha256:[0-9a-f]{64}", "digest": r"sha256:[0-9a-f]{64}"},
        ),
        (BUILT, {}, {"ref": r"sha256:[0-9a-f]{64}"}),
        (
            "docker:index/tag:Tag",
            {"sourceImage": "app", "targetImage": "r.example/app:v1"},
            {"id": r"app\.r\.example/app:v1", "sourceImageId": r"sha256:[0-9a-f]{64}"},
        ),
    ],
)
def test_outputs_have_the_form_of_the_package_s(
    type_: str, inputs: dict[str, Any], forms: dict[str, str]
) -> None:
    identity, outputs = create(type_, **inputs)
    assert identity
    assert inputs.items() <= outputs.items()
    for name, form in forms.items():
        assert re.fullmatch(form, outputs[name]), (name, outputs[name])
    assert create(type_, **inputs) == (identity, outputs), "another rehearsal has others"
    assert create(type_, "other", **inputs) != (identity, outputs), "two resources share them"
    assert create(type_, preview=True, **inputs) == (None, inputs)
    assert NOTES == []


@pytest.mark.parametrize(
    ("inputs", "name"),
    [
        ({"kind": "Namespace"}, "n-[0-9a-f]{8}"),
        ({"kind": "Namespace", "metadata": {"labels": {"a": "b"}}}, "n-[0-9a-f]{8}"),
        ({"kind": "Namespace", "metadata": {"name": "fixed"}}, "fixed"),
        ({"kind": "Namespace", "metadata": {"generateName": "x-"}}, ""),
        ({"kind": "Namespace", "metadata": UNKNOWN}, ""),
        ({"chart": "mailer"}, ""),
    ],
)
def test_an_object_of_kubernetes_has_a_name(inputs: dict[str, Any], name: str) -> None:
    identity, outputs = create("kubernetes:core/v1:Namespace", preview=True, **inputs)
    assert identity is None
    metadata = outputs.pop("metadata", {})
    if name:
        assert re.fullmatch(name, metadata["name"])
        assert metadata == {**inputs.get("metadata", {}), "name": metadata["name"]}
    else:
        assert metadata == inputs.get("metadata", {})
    assert outputs == {key: value for key, value in inputs.items() if key != "metadata"}
    assert NOTES == [
        "the package 'kubernetes' is simulated in part: what the program does not give is unknown, and what "
        "depends on that is undetermined"
    ]


def test_what_a_program_gives_aws_native_is_known() -> None:
    assert create("aws-native:ec2:Vpc", cidrBlock="10.0.0.0/16") == (None, {"cidrBlock": "10.0.0.0/16"})


def test_a_password_is_a_secret_of_its_classes() -> None:
    asked: dict[str, Any] = {"minNumeric": 4.0, "minSpecial": 3.0, "overrideSpecial": "_", "upper": False}
    _, outputs = create(PASSWORD, length=12.0, **asked)
    secret = outputs["result"]
    assert isinstance(secret, wire.Secret)
    assert re.fullmatch(r"[a-z0-9_]{12}", secret.value)
    assert sum(each.isdigit() for each in secret.value) >= 4
    assert secret.value.count("_") >= 3
    assert isinstance(outputs["bcryptHash"], wire.Secret)


def test_a_private_key_is_a_secret_and_made_up() -> None:
    _, outputs = create(KEY, algorithm="ED25519")
    for name in ("privateKeyPem", "privateKeyPemPkcs8", "privateKeyOpenssh"):
        assert isinstance(outputs[name], wire.Secret)
        assert re.fullmatch(PEM, outputs[name].value)


def test_an_integer_lies_between_its_bounds() -> None:
    assert {create(INTEGER, str(n), min=3.0, max=5.0)[1]["result"] for n in range(40)} == {3, 4, 5}
    with pytest.raises(RehearsalError, match=r"RandomInteger 'n': min, 5, is greater than max, 3"):
        create(INTEGER, min=5.0, max=3.0)
    with pytest.raises(RehearsalError, match=r"RandomInteger 'n': max is missing"):
        create(INTEGER, min=5.0)


@pytest.mark.parametrize(("count", "length"), [(None, 3), (2.0, 2), (5.0, 5)])
def test_a_shuffle_has_its_inputs(count: float | None, length: int) -> None:
    _, outputs = create("random:index/randomShuffle:RandomShuffle", inputs=["a", "b", "c"], resultCount=count)
    assert len(outputs["results"]) == length
    assert len(set(outputs["results"])) == min(length, 3)


def test_a_pet_has_its_prefix_and_separator() -> None:
    identity, _ = create(PET, prefix="p", separator="_", length=3.0)
    assert re.fullmatch(r"p_[a-z]+ly_[a-z]+_[a-z]+", identity or "")
    assert re.fullmatch(r"[a-z]+-[a-z]+", create(PET)[0] or "")


@pytest.mark.parametrize(
    ("name", "arguments", "result"),
    [
        ("base64encode", {"input": "ab"}, "YWI="),
        ("base64decode", {"input": "YWI="}, "ab"),
        ("cidrsubnet", {"input": "10.0.0.0/16", "newbits": 8.0, "netnum": 2.0}, "10.0.2.0/24"),
        ("cidrhost", {"input": "10.0.0.0/24", "host": 5.0}, "10.0.0.5"),
        ("cidrhost", {"input": "10.0.0.0/24", "host": -1.0}, "10.0.0.255"),
        ("cidrnetmask", {"input": "10.0.0.0/20"}, "255.255.240.0"),
        ("concat", {"input": [["a"], ["b", "c"]]}, ["a", "b", "c"]),
        ("join", {"separator": ",", "input": ["a", "b"]}, "a,b"),
        ("split", {"separator": ",", "text": "a,b"}, ["a", "b"]),
        ("sha1", {"input": "a"}, "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8"),
        ("upper", {"input": "a"}, "A"),
    ],
)
def test_a_function_of_std_computes(name: str, arguments: dict[str, Any], result: Any) -> None:
    assert invoke(f"std:index:{name}", **arguments) == {"result": result}


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"input": "10.0.0.0/16", "newbits": 8.0, "netnum": 256.0}, "has no subnet 256 of the size /24"),
        ({"input": "moon", "newbits": 8.0, "netnum": 0.0}, "'moon' does not appear to be an IPv4"),
    ],
)
def test_a_wrong_argument_is_one_line(arguments: dict[str, Any], complaint: str) -> None:
    with pytest.raises(RehearsalError, match=complaint):
        invoke("std:index:cidrsubnet", **arguments)


def test_an_archive_is_told_of_and_not_written() -> None:
    archive = invoke("archive:index/getFile:getFile", type="zip", sourceDir="src", outputPath="no/where.zip")
    assert archive["outputPath"] == "no/where.zip"
    assert re.fullmatch(r"[\w+/]{43}=", archive["outputBase64sha256"])


@pytest.mark.parametrize("preview", [True, False])
def test_what_a_package_does_not_list_is_unknown_and_said(preview: bool) -> None:
    said = "is not simulated: its outputs are unknown, and what depends on them is undetermined"
    assert create("docker:index/network:Network", preview=preview, driver="x") == (None, {})
    assert [f"docker:index/network:Network {said}"] == NOTES
    assert invoke("std:index:formatlist") is None
    assert [f"std:index:formatlist {said}"] == NOTES
