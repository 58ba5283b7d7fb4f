"""The HTTP doors of a nameko service."""
