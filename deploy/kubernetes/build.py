"""Build the overlays into one file each: `python -m deploy.kubernetes.build`.

kubectl builds them, which not every machine has. What it made is kept in `built/`, to be read, to
be applied and to be tested anywhere. The first lines of a file tell what it was made from, so that
a test knows without kubectl when it is stale or was changed by hand.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import which

FOLDER = Path(__file__).resolve().parent
BUILT = FOLDER / "built"
OVERLAYS = tuple(sorted(path.name for path in (FOLDER / "overlays").iterdir() if path.is_dir()))
HEAD = (
    "# Made by `python -m deploy.kubernetes.build` from overlays/{name}; change it there.\n{proof}"
)


def sources() -> Iterator[Path]:
    """Yield every file that an overlay can be built from, in order."""
    for part in ("base", "components", "overlays"):
        yield from sorted((FOLDER / part).rglob("*.yaml"))


def proof(manifests: str) -> str:
    """Return the line that ties manifests to what they were made from."""
    digest = hashlib.sha256()
    for path in sources():
        digest.update(f"{path.relative_to(FOLDER).as_posix()}\n".encode())
        digest.update(path.read_bytes())
    digest.update(manifests.encode())
    return f"# sha256 of all sources and of what follows: {digest.hexdigest()}\n"


def page(name: str, manifests: str) -> str:
    """Return the file of an overlay: its head and its manifests."""
    return HEAD.format(name=name, proof=proof(manifests)) + manifests


def build(kubectl: str, name: str) -> str:
    """Return the manifests of an overlay, as kubectl makes them.

    Raises:
        subprocess.CalledProcessError: the overlay does not hold together; kubectl has said why.

    """
    command = [kubectl, "kustomize", str(FOLDER / "overlays" / name)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 - kubectl and a folder of ours
    return done.stdout


def main() -> int:
    """Build every overlay; 2 with one sentence where that cannot be done."""
    kubectl = which("kubectl")
    if kubectl is None:
        sys.stderr.write("kubectl is not here: https://kubernetes.io/docs/tasks/tools\n")
        return 2
    try:
        made = {name: build(kubectl, name) for name in OVERLAYS}
    except subprocess.CalledProcessError as error:
        return int(error.returncode)
    for name, manifests in made.items():
        (BUILT / f"{name}.yaml").write_text(page(name, manifests), encoding="utf-8")
    return os.EX_OK


if __name__ == "__main__":
    sys.exit(main())
