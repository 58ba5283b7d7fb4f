"""The built manifests of each overlay, and short ways into them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import yaml

from deploy.kubernetes.build import BUILT

Manifest = dict[str, Any]


@cache
def manifests(overlay: str) -> tuple[Manifest, ...]:
    """Return every object of an overlay."""
    text = (BUILT / f"{overlay}.yaml").read_text(encoding="utf-8")
    return tuple(yaml.safe_load_all(text))


def of_kind(overlay: str, kind: str) -> list[Manifest]:
    """Return the objects of one kind."""
    return [one for one in manifests(overlay) if one["kind"] == kind]


def named(overlay: str, kind: str, name: str) -> Manifest:
    """Return the one object of this kind and name."""
    (found,) = (one for one in of_kind(overlay, kind) if name_of(one) == name)
    return found


def name_of(manifest: Manifest) -> str:
    return str(manifest["metadata"]["name"])


def labels(deployment: Manifest) -> Mapping[str, str]:
    """Return the labels of a Deployment's pods."""
    found: Mapping[str, str] = deployment["spec"]["template"]["metadata"]["labels"]
    return found


def service_of(deployment: Manifest) -> str:
    return labels(deployment)["app.kubernetes.io/name"]


def role_of(deployment: Manifest) -> str:
    return labels(deployment)["app.kubernetes.io/component"]


def pod(deployment: Manifest) -> Manifest:
    found: Manifest = deployment["spec"]["template"]["spec"]
    return found


def container_of(deployment: Manifest) -> Manifest:
    """Return the one container of a Deployment."""
    (container,) = pod(deployment)["containers"]
    found: Manifest = container
    return found


def is_selected(selector: Mapping[str, Any] | None, found: Mapping[str, str]) -> bool:
    """Does a label selector take these labels? None takes nothing, an empty one everything."""
    if selector is None:
        return False
    pairs = selector.get("matchLabels", {}).items()
    return all(found.get(key) == value for key, value in pairs) and all(
        each["operator"] == "In" and found.get(each["key"]) in each["values"]
        for each in selector.get("matchExpressions", ())
    )


def secrets_read(deployment: Manifest) -> Iterator[tuple[str, str | None]]:
    """Yield name and key of every Secret that a Deployment must have; None stands for all keys."""
    for entry in container_of(deployment)["env"]:
        if "valueFrom" in entry:
            reference = entry["valueFrom"]["secretKeyRef"]
            yield reference["name"], reference["key"]
    for volume in pod(deployment)["volumes"]:
        for source in volume.get("projected", {}).get("sources", ()):
            if not source["secret"].get("optional"):
                yield source["secret"]["name"], None
