"""The frame of every service: settings, storage, messaging, doors. It knows no service."""
