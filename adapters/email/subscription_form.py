"""A subscriber's request: the form's fields, the command for the core, and the description. Pure."""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from bot.chat.form import Field, time_zones
from bot.chat.message import clean
from bot.errors import AskError

WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAYS = {"weekdays": "Every weekday", "daily": "Every day", **{day[:3].lower(): f"Every {day}" for day in WEEK}}
TIMES = tuple(f"{hour:02d}:00" for hour in range(24))
COUNTS = (5, 10, 20, 30)
PICTURES = {"none": "No", "figures": "Yes, where the licence allows"}
MAX_TOPIC_CHARS = 200


class SubscriptionRequest(Struct, frozen=True, kw_only=True):
    """A request for papers by mail: topic, number, days and time."""

    days: str = "weekdays"
    time: str = "09:00"
    zone: str = "UTC"
    topic: str = ""
    count: int = 10
    pictures: str = "none"  # or `figures`

    @property
    def command(self) -> str:
        """The command that subscribes. What follows `about:` is not read for options, so a topic can order nothing."""
        about = f" about: {self.topic}" if self.topic else ""
        options = f"top {self.count} votes 0 compact pictures:{self.pictures}"
        return f"schedule {self.days} {self.time} {self.zone} {options}{about}"

    @property
    def description(self) -> str:
        """`every weekday at 09:00 (Europe/Berlin), up to 10 papers on “diffusion”`"""
        return f"{self.description_without_topic} on “{self.topic}”" if self.topic else self.description_without_topic

    @property
    def description_without_topic(self) -> str:
        """For the mail to confirm: the topic may be the words of someone other than its reader."""
        days = DAYS[self.days]
        return f"{days[0].lower()}{days[1:]} at {self.time} ({self.zone}), up to {self.count} papers"


def read_form(values: Mapping[str, str]) -> SubscriptionRequest:
    """The request in a form; missing values are the defaults. Raises `AskError` for a value that isn't offered."""
    default = SubscriptionRequest()
    return SubscriptionRequest(
        days=_choice("days", values.get("days") or default.days, DAYS),
        time=_choice("time", values.get("time") or default.time, TIMES),
        zone=_choice("time zone", values.get("zone", "").strip() or default.zone, dict(time_zones())),
        topic=clean(values.get("query", ""), MAX_TOPIC_CHARS),
        pictures=_choice("choice of figures", values.get("pictures") or default.pictures, PICTURES),
        count=int(_choice("number of papers", values.get("count") or str(default.count), map(str, COUNTS))),
    )


def fields() -> tuple[Field, ...]:
    """The fields of the form in a chat."""
    return (
        Field(name="address", label="Your address", hint="ada@example.org", required=True, secret=True, max_length=254),
        Field(name="days", label="Days", value="weekdays", choices=tuple(DAYS.items())),
        Field(name="time", label="Time", value="09:00", choices=tuple((time, time) for time in TIMES)),
        Field(name="zone", label="Time zone", hint="Europe/Berlin", value="UTC", choices=time_zones(), max_length=40),
        Field(name="query", label="Topic", hint="Leave empty for all papers", max_length=MAX_TOPIC_CHARS),
    )


def _choice(what: str, value: str, offered: Iterable[str]) -> str:
    if value not in tuple(offered):
        raise AskError(f"I can't read {clean(value, 40)!r} as a {what}.", "Choose one from the list.")
    return value
