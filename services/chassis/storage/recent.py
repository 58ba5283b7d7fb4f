"""The documents that this process has saved last, to be changed again without being read.

They may have been changed by another process since: then the compare-and-set fails, and they are
read. They are kept as the database keeps them, sealed where they are sealed there.
"""

from __future__ import annotations

from collections import OrderedDict

from bson import decode, encode
from bson.codec_options import CodecOptions

from services.chassis.storage.mongo import Document

KEPT = 500
KEPT_BYTES = 64 * 1024
_CODEC: CodecOptions[Document] = CodecOptions(tz_aware=True)


class Recent:
    """The last documents of one collection, by id; each is given out once."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._documents: OrderedDict[str, tuple[int, bytes]] = OrderedDict()

    def keep(self, document: Document) -> None:
        """Keep a document as it was saved, unless a later save is known; no very large one."""
        key, version = document["_id"], document["version"]
        if version < self._documents.get(key, (0, b""))[0]:
            return
        self._documents.pop(key, None)
        written = encode(document)
        if len(written) <= KEPT_BYTES:
            self._documents[key] = (version, written)
        if len(self._documents) > self._kept:
            self._documents.popitem(last=False)

    def take(self, id: str) -> Document | None:
        """Return a document as it was saved last, and forget it."""
        _, written = self._documents.pop(id, (0, None))
        return None if written is None else decode(written, _CODEC)
