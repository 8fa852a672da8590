"""The permissions Paperboy asks Slack for, each with what it is for and what stops without it."""

from __future__ import annotations

from msgspec import Struct


class Scope(Struct, frozen=True, kw_only=True):
    """One permission of the bot's token."""

    why: str
    without: str  # what does not work


SCOPES = {
    "app_mentions:read": Scope(why="to hear `@Paperboy …`", without="mentions stay unanswered"),
    "channels:history": Scope(
        why="to find a post again after a crash, in public channels",
        without="a post whose answer was lost in a public channel is given up instead of found",
    ),
    "channels:read": Scope(
        why="to hear that a public channel was archived or left",
        without="schedules of an archived public channel pause only when a post fails",
    ),
    "chat:write": Scope(why="to post", without="nothing can be posted"),
    "commands": Scope(why="for `/papers` and the two message shortcuts", without="`/papers` does not exist"),
    "groups:history": Scope(
        why="to find a post again after a crash, in private channels",
        without="a post whose answer was lost in a private channel is given up instead of found",
    ),
    "groups:read": Scope(
        why="to hear that a private channel was archived or left",
        without="schedules of an archived private channel pause only when a post fails",
    ),
    "im:history": Scope(
        why="to read what people write to Paperboy directly", without="direct messages stay unanswered"
    ),
    "im:write": Scope(
        why="to bring somebody their own digest or an admin a notice", without="personal digests can't be delivered"
    ),
    "links:read": Scope(
        why="to see links to arxiv.org and huggingface.co, and no others", without="links to papers show no card"
    ),
    "links:write": Scope(why="to show the card beneath such a link", without="links to papers show no card"),
    "metadata.message:read": Scope(
        why="to read the mark that a post was given, so that it is never posted twice",
        without="a post whose answer was lost can't be told from one that never arrived",
    ),
    "reactions:read": Scope(why="to count reactions as votes", without="reactions are not counted"),
    "users:read": Scope(
        why="to know a workspace's admins, who may set schedules, and the name of who brought a paper",
        without="only those in `admins` may set schedules, and nobody who brought a paper is named",
    ),
}
