"""The rules of an alert: who is told, when, and what ends it. Standard library only."""
