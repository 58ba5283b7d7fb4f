"""Providers that misbehave, in the language of scenarios."""

from __future__ import annotations

from tests.scenarios.cast import Person
from tests.scenarios.outside import Outside
from tests.scenarios.world import World
from tests.support import until


class Trouble:
    """What becomes of the mail server, and of what is kept."""

    world: World
    outside: Outside

    def the_mail_server_is_away(self) -> None:
        """Have it refuse connections."""
        self.outside.mailbox.close()

    def the_mail_server_is_back(self) -> None:
        """Have it listen again."""
        self.outside.mailbox.open()

    def mail_is_held_for(self, person: Person) -> None:
        """Have the mail server keep what is for somebody, without an answer."""
        self.outside.mailbox.slow(person.email)
        self.world.is_held = True

    def mail_flows_again(self) -> None:
        """Have the mail server let go what it keeps."""
        self.outside.mailbox.release()
        self.world.is_held = False

    def so_many_mails_are_held(self, number: int) -> None:
        """Wait until the mail server keeps so many."""
        until(lambda: self.outside.mailbox.holding == number)

    def damage_the_notice_to(self, person: Person) -> None:
        """Have what is kept of a notice to somebody name a channel that nobody knows."""
        notices = self.world.mongo.database("notifications")["notices"]
        damage = {"$set": {"channel": "pigeon"}, "$inc": {"version": 1}}
        assert notices.update_one({"person_id": person.id}, damage).modified_count
