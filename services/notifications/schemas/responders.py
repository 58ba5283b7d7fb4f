"""What the doors of responders take and give; an address is shown to nobody but its owner."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from services.chassis.auth import CASEWORKERS
from services.chassis.web.fields import NEEDED, choice, flag, said
from services.contracts.vocabulary import CODE
from services.notifications.domain.addresses import tidy
from services.notifications.domain.errors import BadAddress
from services.notifications.domain.responders import Channel, Medium, Preferences
from services.notifications.domain.staff import ACCOUNT, Account, Wanted

TOLD_AT_ONCE = 500
EVERYBODY = 5000
METHODS = 10
LONGEST_ADDRESS = 4000
CHANNELS = tuple(each.value for each in Channel if each is not Channel.INBOX)
_NAME = validate.Length(1, 200)


def _known_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise ValidationError("Give the name of a time zone, such as Europe/Rome.") from None


class AccountTold(Schema):
    """One member of casework staff, as the portal knows her."""

    id = fields.String(required=True, validate=_NAME)
    display_name = fields.String(required=True, validate=_NAME)
    role = choice(*sorted(CASEWORKERS), **NEEDED)
    areas = fields.List(fields.String(validate=_NAME), required=True)
    email = fields.String(required=True, validate=validate.Length(3, 254))
    locale = fields.String(load_default="en", validate=validate.Length(2, 16))
    time_zone = fields.String(load_default="Europe/London", validate=_known_zone)
    is_active = flag(load_default=True)

    @post_load
    def as_account(self, data: dict[str, Any], **_: Any) -> Account:
        """Return what the domain takes."""
        return Account(**{**data, "areas": tuple(data["areas"])})


class TellResponders(Schema):
    """Some accounts; with `everybody`, the ids of all who are active, others are retired.

    An empty `everybody` is refused: that nobody may be called is a mistake.
    """

    people = fields.List(
        fields.Nested(AccountTold), required=True, validate=validate.Length(max=TOLD_AT_ONCE)
    )
    everybody = fields.List(
        fields.String(validate=_NAME),
        load_default=None,
        validate=validate.Length(1, EVERYBODY, error="Name at least one."),
    )


class WantedMethod(Schema):
    """A way to be told: `id` of one that is there, or none for a new one.

    The account's e-mail address has the id `account` and needs nothing else. A number begins with +
    and the country; a webhook with https://; a push subscription is the browser's JSON, as text.
    """

    id = fields.String(load_default=None, allow_none=True, validate=validate.Length(1, 64))
    channel = choice(*CHANNELS, load_default=None)
    address = fields.String(
        load_default=None,
        validate=validate.Length(1, LONGEST_ADDRESS, error="Write 1 to {max} characters."),
        error_messages=said("Send text."),
    )

    @validates_schema
    def is_whole(self, data: dict[str, Any], **_: Any) -> None:
        """Ask for channel and address, and for an address that the channel can reach."""
        if data["id"] == ACCOUNT:
            return
        missing = [name for name in ("channel", "address") if data[name] is None]
        if missing:
            raise ValidationError(dict.fromkeys(missing, "This is required."))
        try:
            tidy(Channel(data["channel"]), data["address"])
        except BadAddress as error:
            raise ValidationError(str(error), "address") from None

    @post_load
    def as_wanted(self, data: dict[str, Any], **_: Any) -> Wanted:
        """Return what the domain takes, its address in the form in which it is kept."""
        if data["id"] == ACCOUNT:
            return Wanted(Channel.EMAIL, "", ACCOUNT)
        channel = Channel(data["channel"])
        return Wanted(channel, tidy(channel, data["address"]), data["id"])


class ChooseMethods(Schema):
    """All the ways in which somebody wants to be told from now on, in their order."""

    methods = fields.List(
        fields.Nested(WantedMethod),
        required=True,
        validate=validate.Length(1, METHODS, error="Keep 1 to 10, so that you can be reached."),
    )


def _moment() -> fields.Time:
    words = said("Write the time as hours and minutes: 09:00 or 17:30.")
    return fields.Time(format="%H:%M", required=True, error_messages=words)


class ChoosePreferences(Schema):
    """When to be told of what is not high risk; equal hours mean no quiet hours."""

    medium = choice(*(each.value for each in Medium), **NEEDED)
    digest_at = _moment()
    quiet_from = _moment()
    quiet_until = _moment()

    @post_load
    def as_preferences(self, data: dict[str, Any], **_: Any) -> Preferences:
        """Return what the domain takes."""
        return Preferences(**{**data, "medium": Medium(data["medium"])})


class ChannelsView(Schema):
    """The channels by which this installation can send; `push_key` is what a browser subscribes by.

    It is null where notices do not go to browsers.
    """

    items = fields.List(fields.String(validate=validate.OneOf(CHANNELS)))
    push_key = fields.String(allow_none=True)


class MethodView(Schema):
    """One way in which somebody is told, with its address."""

    id = fields.String()
    channel = fields.String(attribute="channel.value", validate=validate.OneOf(CHANNELS))
    address = fields.String()


class PreferencesView(Schema):
    """When she is told of what is not high risk."""

    medium = fields.String(attribute="medium.value", validate=validate.OneOf(list(Medium)))
    digest_at = fields.Time(format="%H:%M")
    quiet_from = fields.Time(format="%H:%M")
    quiet_until = fields.Time(format="%H:%M")


class OwnView(Schema):
    """Somebody's own record; `account_email` is the address that `account` stands for."""

    id = fields.String(attribute="account.id")
    display_name = fields.String(attribute="account.display_name")
    role = fields.String(attribute="account.role")
    areas = fields.List(fields.String(), attribute="account.areas")
    account_email = fields.String(attribute="account.email")
    methods = fields.List(fields.Nested(MethodView))
    preferences = fields.Nested(PreferencesView)


class RespondersQuery(Schema):
    """Of which area; of all of yours without."""

    area = fields.String(load_default=None, validate=CODE)


class ResponderView(Schema):
    """Somebody who may be called: by which channels besides the inbox, never where."""

    id = fields.String()
    display_name = fields.String()
    role = fields.String()
    areas = fields.List(fields.String())
    channels = fields.Function(
        lambda responder: sorted({method.channel.value for method in responder.methods}),
        metadata={"type": "array", "items": {"type": "string", "enum": list(CHANNELS)}},
    )
    is_reachable = fields.Function(
        lambda responder: bool(responder.methods),
        metadata={"type": "boolean", "description": "Is there a channel besides the inbox?"},
    )


class ResponderList(Schema):
    """Everybody who may be called, by name."""

    items = fields.List(fields.Nested(ResponderView))
