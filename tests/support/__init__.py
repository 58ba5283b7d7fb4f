"""What tests stand on: real servers, real service processes, tokens, and waiting without sleep."""

from tests.support.bus import Published, example, publish, published
from tests.support.waiting import until

__all__ = ["Published", "example", "publish", "published", "until"]
