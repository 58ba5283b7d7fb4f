"""What Kubernetes runs: manifests in YAML, and the two commands that they need beside kubectl."""
