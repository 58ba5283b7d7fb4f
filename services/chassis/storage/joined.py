"""One collection as many green threads use it: inserts, saves and loads by id, joined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from pymongo import UpdateOne
from pymongo.collection import Collection
from pymongo.errors import BulkWriteError, DuplicateKeyError, OperationFailure, WTimeoutError

from services.chassis.ids import new_id
from services.chassis.storage.mongo import Document
from services.chassis.storage.together import Together

DUPLICATE = 11000
SAVED_AS = "saved_as"


@dataclass(frozen=True, slots=True)
class Save:
    """A compare-and-set: `update` is made if the document still has this version."""

    id: str
    version: int
    update: Document

    def operation(self) -> UpdateOne:
        """Return it as the driver takes it."""
        return UpdateOne({"_id": self.id, "version": self.version}, self.update)


class Joined:
    """A collection whose simultaneous requests of one kind share a round trip."""

    def __init__(self, collection: Collection[Any]) -> None:
        self._collection = collection
        self._inserts: Together[Mapping[str, Any], None] = Together(self._insert)
        self._saves: Together[Save, bool] = Together(self._save)
        self._loads: Together[str, Document | None] = Together(self._load)
        self._alike: dict[str, Together[str, list[Document]]] = {}

    def insert(self, document: Mapping[str, Any]) -> None:
        """Insert a document.

        Raises:
            DuplicateKeyError: its id or another unique key is there already.

        """
        self._inserts(document)

    def save(self, id: str, version: int, update: Document) -> bool:
        """Update a document that still has this version; tell whether it had."""
        told = {**update.get("$set", {}), SAVED_AS: new_id()}
        return self._saves(Save(id, version, {**update, "$set": told}))

    def load(self, id: str) -> Document | None:
        """Return the document with this id."""
        return self._loads(id)

    def having(self, field: str, value: str) -> list[Document]:
        """Return the few documents that have this value in an indexed field."""
        ask = self._alike.setdefault(field, Together(partial(self._find, field)))
        return ask(value)

    def _insert(self, documents: Sequence[Mapping[str, Any]]) -> Sequence[Exception | None]:
        if len(documents) == 1:
            self._collection.insert_one(documents[0])
            return [None]
        try:
            self._collection.insert_many(documents, ordered=False)
        except BulkWriteError as error:
            failed = _failures(error.details)
            return [failed.get(place) for place in range(len(documents))]
        return [None] * len(documents)

    def _save(self, saves: Sequence[Save]) -> Sequence[bool | Exception]:
        operations = [each.operation() for each in saves]
        try:
            made = self._collection.bulk_write(operations, ordered=False).matched_count
        except BulkWriteError as error:
            failed = _failures(error.details)
            return [failed.get(n, made) for n, made in enumerate(self._recognised(saves))]
        return [made > 0] * len(saves) if made in (0, len(saves)) else self._recognised(saves)

    def _recognised(self, saves: Sequence[Save]) -> Sequence[bool]:
        """Look which were made: a batch is answered with their number only.

        One that was made and has been saved over since counts as not made: it is decided again,
        and its receipt then tells that it was.
        """
        ids = {"_id": {"$in": [each.id for each in saves]}}
        there = {found.get(SAVED_AS) for found in self._collection.find(ids, {SAVED_AS: 1})}
        return [each.update["$set"][SAVED_AS] in there for each in saves]

    def _load(self, ids: Sequence[str]) -> Sequence[Document | None]:
        if len(ids) == 1:
            return [self._collection.find_one({"_id": ids[0]})]
        found = {each["_id"]: each for each in self._collection.find({"_id": {"$in": list(ids)}})}
        return [found.get(each) for each in ids]

    def _find(self, field: str, values: Sequence[str]) -> Sequence[list[Document]]:
        found: dict[str, list[Document]] = {value: [] for value in values}
        for document in self._collection.find({field: {"$in": list(found)}}):
            found[document[field]].append(document)
        return [found[value] for value in values]


def _failures(details: Mapping[str, Any]) -> Mapping[int, Exception]:
    """Return what befell each document of a batch; a write that is not sure to last befell all.

    Raises:
        WTimeoutError: the batch was not confirmed in time.

    """
    if details.get("writeConcernErrors"):
        raise WTimeoutError("a batch of inserts was not confirmed in time")
    return {each["index"]: _failure(each) for each in details["writeErrors"]}


def _failure(told: Mapping[str, Any]) -> Exception:
    kind = DuplicateKeyError if told["code"] == DUPLICATE else OperationFailure
    return kind("an insert was refused", told["code"])
