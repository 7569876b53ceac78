"""`docker` and `docker-build`: images that are built and pushed nowhere, with digests that look like ones.

Source: Pulumi Registry, "Docker" and "Docker Build", the pages of their resources.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from .package import Package

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .package import Creation


def _image(creation: Creation) -> Mapping[str, Any]:
    name = str(creation.inputs["imageName"])
    repository = _without_tag(name)
    registry = creation.inputs.get("registry") or {}
    return {
        "id": f"sha256:{creation.digest('image')}",
        "baseImageName": name,
        "registryServer": registry.get("server") or repository.partition("/")[0],
        "repoDigest": f"{repository}@sha256:{creation.digest('manifest')}",
    }


def _remote_image(creation: Creation) -> Mapping[str, Any]:
    name, digest = str(creation.inputs["name"]), f"sha256:{creation.digest('image')}"
    return {"id": f"{digest}{name}", "imageId": digest, "repoDigest": f"{_without_tag(name)}@{digest}"}


def _registry_image(creation: Creation) -> Mapping[str, Any]:
    digest = f"sha256:{creation.digest('manifest')}"
    return {"id": digest, "sha256Digest": digest}


def _tag(creation: Creation) -> Mapping[str, Any]:
    source, target = str(creation.inputs["sourceImage"]), str(creation.inputs["targetImage"])
    return {"id": f"{source}.{target}", "sourceImageId": f"sha256:{creation.digest('image')}"}


def _built_image(creation: Creation) -> Mapping[str, Any]:
    digest = f"sha256:{creation.digest('manifest')}"
    tags = creation.inputs.get("tags") or []
    reference = f"{_without_tag(str(tags[0]))}@{digest}" if tags else digest
    return {"id": digest, "digest": digest, "contextHash": creation.digest("context"), "ref": reference}


def _built_index(creation: Creation) -> Mapping[str, Any]:
    reference = f"{_without_tag(str(creation.inputs['tag']))}@sha256:{creation.digest('manifest')}"
    return {"id": reference, "ref": reference}


def _without_tag(name: str) -> str:
    """The repository of an image: a colon after the last slash is that of a tag, another one of a port."""
    path, slash, last = name.rpartition("/")
    return f"{path}{slash}{last.partition('@')[0].partition(':')[0]}"


DOCKER: Final = Package(
    {
        "docker:index/image:Image": _image,
        "docker:index/registryImage:RegistryImage": _registry_image,
        "docker:index/remoteImage:RemoteImage": _remote_image,
        "docker:index/tag:Tag": _tag,
    }
)
DOCKER_BUILD: Final = Package(
    {"docker-build:index:Image": _built_image, "docker-build:index:Index": _built_index}
)
