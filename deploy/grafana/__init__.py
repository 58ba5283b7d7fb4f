"""Dashboards of Grafana, written as Python and committed as the JSON that Grafana reads."""
