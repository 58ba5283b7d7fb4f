"""The systems that are compared: this platform, and what users of two frames would write."""
