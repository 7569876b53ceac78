"""`awsx.ecr`: a repository that keeps few images, and images that are built, or tagged, and pushed.

Source: Pulumi Registry, "AWSx", "awsx.ecr.Repository", "awsx.ecr.Image", "awsx.ecr.RegistryImage".
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from reachability.values import UNKNOWN, contains_unknown

from ..component import Surroundings
from .arguments import Arguments

IMAGE: Final = "awsx:ecr:Image"
REGISTRY_IMAGE: Final = "awsx:ecr:RegistryImage"
REPOSITORY: Final = "awsx:ecr:Repository"
_SOURCE: Final = "@pulumi/awsx/internal/sourceImage"
"""The trigger by which another source image is pushed."""
_DEFAULT_RULES: Final = (
    {"description": "remove untagged images", "tagStatus": "untagged", "maximumNumberOfImages": 1},
)


def expand_repository(name: str, arguments: Mapping[str, Any], around: Surroundings) -> Mapping[str, Any]:
    """Register a repository with its lifecycle policy: see `Expand`."""
    given = Arguments(arguments)
    low = name.lower()
    repository = around.register(
        "aws:ecr/repository:Repository", low, given.without(frozenset({"lifecyclePolicy"}))
    )
    outputs = {"repository": repository.reference, "url": repository.output("repositoryUrl")}
    policy = given.within("lifecyclePolicy")
    if policy.is_set("skip"):
        return outputs
    rules = policy.plain("rules") if "rules" in policy else _DEFAULT_RULES
    inputs = {
        "repository": repository.output("name"),
        "policy": policy.derived(UNKNOWN if contains_unknown(rules) else {"rules": _rules(rules)}, "rules"),
        "region": given.value("region"),
    }
    made = around.register("aws:ecr/lifecyclePolicy:LifecyclePolicy", low, inputs)
    return {**outputs, "lifecyclePolicy": made.reference}


def expand_image(_name: str, arguments: Mapping[str, Any], around: Surroundings) -> Mapping[str, Any]:
    """Register the build of an image, once all that it is made of is known: see `Expand`."""
    given = Arguments(arguments)
    plain = {key: given.plain(key) for key in arguments}
    if contains_unknown(plain):
        return {"imageUri": given.derived(UNKNOWN, *arguments)}
    url = plain.get("repositoryUrl")
    tag = plain.get("imageName") or plain.get("imageTag") or _tag(plain, around.stack)
    caches = [{"registry": {"ref": ref}} for ref in plain.get("cacheFrom") or (f"{url}:{tag}",)]
    inputs = {
        "tags": [f"{url}:{tag}"],
        "buildArgs": given.value("args"),
        "cacheFrom": caches,
        "cacheTo": [{"inline": {}}],
        "context": {"location": plain.get("context") or "."},
        "dockerfile": {"location": plain["dockerfile"]} if plain.get("dockerfile") else None,
        "platforms": [plain["platform"]] if plain.get("platform") else [],
        "target": plain.get("target"),
        "push": True,
    }
    image = around.register("docker-build:index:Image", tag, inputs)
    digest = image.output("digest").value
    uri = UNKNOWN if digest is UNKNOWN else f"{url}@{digest}"
    return {"imageUri": given.derived(uri, *arguments, also=(image.urn,))}


def expand_registry_image(name: str, arguments: Mapping[str, Any], around: Surroundings) -> Mapping[str, Any]:
    """Register the tag of an image of this machine, whose id its name makes, and its push: see `Expand`."""
    given = Arguments(arguments)
    url, tag = given.plain("repositoryUrl"), given.plain("tag") or "latest"
    target = UNKNOWN if contains_unknown([url, tag]) else f"{url}:{tag}"
    named = given.plain("sourceImage")
    image = UNKNOWN if named is UNKNOWN else f"sha256:{hashlib.sha256(str(named).encode()).hexdigest()}"
    source = given.derived(image, "sourceImage")
    inputs = {"sourceImage": source, "targetImage": given.derived(target, "repositoryUrl", "tag")}
    tagged = around.register("docker:index/tag:Tag", name, inputs)
    triggers = given.plain("triggers")
    if triggers is not UNKNOWN:
        triggers = {**(triggers or {}), _SOURCE: image}
    pushed = {
        **given.without(frozenset({"repositoryUrl", "sourceImage", "tag", "triggers"})),
        "name": given.derived(target, "repositoryUrl", "tag", also=(tagged.urn,)),
        "triggers": given.derived(triggers, "triggers", "sourceImage"),
    }
    return {"image": around.register("docker:index/registryImage:RegistryImage", name, pushed).reference}


def _rules(rules: Any) -> list[dict[str, Any]]:
    """The rules as ECR has them: the one for any image comes last."""
    if sum(rule.get("tagStatus") == "any" for rule in rules) > 1:
        raise ValueError("lifecyclePolicy.rules: one rule of the tag status any at most")
    ordered = sorted(rules, key=lambda rule: rule.get("tagStatus") == "any")
    return [
        {
            "rulePriority": number,
            "description": rule.get("description"),
            "selection": _selection(rule),
            "action": {"type": "expire"},
        }
        for number, rule in enumerate(ordered, 1)
    ]


def _selection(rule: Mapping[str, Any]) -> dict[str, Any]:
    status = rule.get("tagStatus")
    selection: dict[str, Any] = {"tagStatus": status}
    if status not in ("any", "untagged"):
        if not rule.get("tagPrefixList"):
            raise ValueError(
                "lifecyclePolicy.rules: tagPrefixList: name a prefix, or the tag status any or untagged"
            )
        selection = {"tagStatus": "tagged", "tagPrefixList": list(rule["tagPrefixList"])}
    count, age = rule.get("maximumNumberOfImages"), rule.get("maximumAgeLimit")
    if count is not None:
        return {**selection, "countType": "imageCountMoreThan", "countNumber": count}
    if age is not None:
        return {**selection, "countType": "sinceImagePushed", "countNumber": age, "countUnit": "days"}
    raise ValueError("lifecyclePolicy.rules: give maximumNumberOfImages or maximumAgeLimit")


def _tag(plain: Mapping[str, Any], stack: str) -> str:
    """A tag for what is built: other sources have another."""
    signature = plain.get("context") or "."
    if plain.get("dockerfile"):
        signature += f";dockerfile={plain['dockerfile']}"
    for key, value in (plain.get("args") or {}).items():
        signature += f";arg[{key}]={value}"
    return f"{hashlib.sha1((signature + stack).encode(), usedforsecurity=False).hexdigest()[:8]}-container"
