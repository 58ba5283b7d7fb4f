"""Turning the Page: the services, their shared frame and the language that they speak."""
