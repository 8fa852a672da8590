"""`/papers digest [WHEN|off]`: new papers on the topics a person follows, as a direct message."""

from msgspec.structs import replace

from bot.chat.event import Answer
from bot.commands import buttons, subscription_form
from bot.commands.context import Effect, Request, as_command
from bot.errors import AskError
from bot.languages import mark, tag, tr
from bot.schedule import describe
from bot.views.results import note

DEFAULT_SCHEDULE = "weekdays 09:00"


@as_command(
    "digest [WHEN|off]",
    mark("Get new papers on your topics as a direct message."),
    Effect.CHANGES,
    options=(DEFAULT_SCHEDULE, "daily 18:00", "mon 08:30", "off"),
)
async def digest(request: Request, rest: str) -> Answer:
    """Start the asker's digest, change its time, or stop it."""
    subscriptions = request.store.subscriptions
    mine = await subscriptions.digests_of(request.who.key)
    if rest.strip().casefold() in {"off", "stop", "none"}:
        for subscription in mine:
            await subscriptions.remove_subscription(subscription.id)
        return Answer(message=note(tr("Your digest is off.") if mine else tr("You don't have a digest.")))
    if not await request.store.people.followed_topics(request.who.key):
        raise AskError(tr("You don't follow any topics yet."), tr("To follow one: /papers follow diffusion models"))
    try:
        typed = subscription_form.read(request, rest or DEFAULT_SCHEDULE)
    except subscription_form.UnclearSchedule as unclear:
        return await buttons.question(request, unclear, "digest")
    if typed.query:
        raise AskError(
            tr("I can't read “{text}” as part of a schedule.", text=typed.query),
            tr("Your digest has the topics you follow. To follow another: /papers follow {text}", text=typed.query),
        )
    subscription = subscription_form.subscription(request, typed, language=tag())
    place, here = await request.context.direct(request.who), request.place.in_thread("")
    new = replace(subscription, place=place, follows=request.who.key, beside=None if here == place else here)
    if mine:
        await subscriptions.replace_subscription(replace(new, id=mine[0].id), cause=request.cause)
    else:
        await subscription_form.add_subscription(request, new)
    when = describe(new.schedule)
    done = tr("You'll get new papers on your topics as a direct message: {when}.", when=when)
    without = tr("Papers that are posted in this channel are left out.") if new.beside else ""
    return Answer(message=note(" ".join(filter(None, (done, without, tr("To stop: /papers digest off"))))))
