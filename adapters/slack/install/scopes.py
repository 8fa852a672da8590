"""The scopes Paperboy asks Slack for, why, and what stops working without each."""

from __future__ import annotations

from msgspec import Struct


class Scope(Struct, frozen=True, kw_only=True):
    """One permission of the bot's token."""

    why: str
    without: str  # completes "Without it …"


SCOPES = {
    "app_mentions:read": Scope(why="to read `@Paperboy …`", without="mentions get no answer"),
    "channels:history": Scope(
        why="to find a post again after a crash, in public channels",
        without="a post to a public channel is given up when Slack's answer to it is lost",
    ),
    "channels:read": Scope(
        why="to notice that a public channel was archived or that Paperboy was removed from it",
        without="schedules of an archived public channel pause only when a post fails",
    ),
    "chat:write": Scope(why="to post", without="nothing can be posted"),
    "commands": Scope(why="for `/papers` and the message shortcuts", without="`/papers` does not exist"),
    "groups:history": Scope(
        why="to find a post again after a crash, in private channels",
        without="a post to a private channel is given up when Slack's answer to it is lost",
    ),
    "groups:read": Scope(
        why="to notice that a private channel was archived or that Paperboy was removed from it",
        without="schedules of an archived private channel pause only when a post fails",
    ),
    "im:history": Scope(why="to read direct messages to Paperboy", without="direct messages get no answer"),
    "im:write": Scope(
        why="to send people their own digest, and admins a notice", without="personal digests can't be delivered"
    ),
    "links:read": Scope(
        why="to see links to arxiv.org and huggingface.co, and no others", without="links to papers show no card"
    ),
    "links:write": Scope(why="to show a paper's card below such a link", without="links to papers show no card"),
    "metadata.message:read": Scope(
        why="to read a post's delivery key, so that no paper is posted twice",
        without="a post is given up when Slack's answer to it is lost",
    ),
    "reactions:read": Scope(why="to count reactions as votes", without="reactions are not counted"),
    "users:read": Scope(
        why="to know who is a workspace admin, people's time zones, and the name of the person who submitted a paper",
        without="only people in `admins` may set schedules, times need a zone, and no submission shows a name",
    ),
}

OPTIONAL_SCOPES = {
    "assistant:write": Scope(
        why="for the assistant beside channels: its prompts, and the note that it is working",
        without="the assistant has no prompts",
    ),
}
