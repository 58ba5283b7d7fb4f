"""Alerts: raised on high risk, told, escalated, and never closed without a named person."""
