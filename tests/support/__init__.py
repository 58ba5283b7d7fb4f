"""What tests stand on: real servers, real service processes, tokens, and waiting without sleep."""

from tests.support.bus import Published, publish, published
from tests.support.waiting import until

__all__ = ["Published", "publish", "published", "until"]
