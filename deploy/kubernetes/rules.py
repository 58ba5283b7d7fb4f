"""Give the alert rules to a cluster: `python -m deploy.kubernetes.rules | kubectl apply -f -`.

Writes each file of deploy/prometheus/rules as a PrometheusRule, which Prometheus' operator takes.
"""

from __future__ import annotations

import os
import sys
from textwrap import indent

from deploy.local.layout import ROOT

FOLDER = ROOT / "deploy" / "prometheus" / "rules"
HEAD = """---
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata: {{name: casework-{name}}}
spec:
"""


def rules() -> str:
    """Return the manifests of all rules: each file as it is, below a head."""
    return "".join(
        HEAD.format(name=path.stem) + indent(path.read_text(encoding="utf-8"), "  ")
        for path in sorted(FOLDER.glob("*.yml"))
    )


def main() -> int:
    """Write them."""
    sys.stdout.write(rules())
    return os.EX_OK


if __name__ == "__main__":
    sys.exit(main())
