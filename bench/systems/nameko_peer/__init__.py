"""The same pipeline as a user of stock nameko would write it, and how it is started."""
