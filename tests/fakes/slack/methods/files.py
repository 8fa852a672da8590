"""files.*: uploading a file in three steps, and whether a message may show it.

https://docs.slack.dev/messaging/working-with-files#uploading_files
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aiohttp import web

from tests.fakes.slack.methods.registry import Call, SlackError, method
from tests.fakes.slack.state import File, Json
from tests.fakes.slack.world import World

MOST_BYTES = 1_000_000_000
IMAGES = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"GIF8")  # what a `slack_file` may be


@method("files.getUploadURLExternal", tier="4", scope="files:write")
def upload_url(call: Call) -> Json:
    length = call.need("length")
    if not length.isdigit() or not 0 < int(length) <= MOST_BYTES:
        raise SlackError("invalid_arguments")
    if len(call.text("alt_txt")) > 1_000:
        raise SlackError("alt_txt_too_large")
    made = File(id=call.world.id("F"), team=call.team.id, name=call.need("filename"), length=int(length))
    call.world.files[made.id] = made
    return {"upload_url": f"{call.world.base}/upload/{made.id}", "file_id": made.id}


async def receive(world: World, request: web.Request) -> web.Response:
    """The bytes of a file; the address is the only secret, and works once."""
    file = world.files.get(request.match_info["file"])
    body = await request.read()
    if file is None or file.body or len(body) != file.length:
        return web.Response(status=400, text="Goodbye.")
    file.body = body
    return web.Response(text=f"OK - {len(body)}")


@method("files.completeUploadExternal", tier="4", scope="files:write")
def complete(call: Call) -> Json:
    files = [call.world.files.get(str(one.get("id"))) for one in call.json("files") or []]
    found = [file for file in files if file and file.team == call.team.id and file.body and not file.completed]
    if not files or len(found) < len(files):
        raise SlackError("file_not_found")
    if call.text("channel_id"):
        raise SlackError("not_in_channel")  # this fake shares no files with channels
    for file in found:
        file.completed = call.world.now()
    return {"files": [{"id": file.id, "title": file.name} for file in found]}


def unusable(world: World, team: str, blocks: Any) -> str:
    """Why a message can't show one of its files: it isn't there, is another workspace's, or isn't looked at yet."""
    for at, id in _files(blocks, "/blocks"):
        file = world.files.get(id)
        ready = file and file.completed and world.now() >= file.completed + world.settings.file_delay
        if not (file and ready and file.team == team and file.body.startswith(IMAGES)):
            return f"invalid slack file [json-pointer:{at}/slack_file]"
    return ""


def _files(part: Any, at: str) -> Iterator[tuple[str, str]]:
    if isinstance(part, list):
        for i, one in enumerate(part):
            yield from _files(one, f"{at}/{i}")
    elif isinstance(part, dict):
        if isinstance(part.get("slack_file"), dict):
            yield at, str(part["slack_file"].get("id"))
        for key, value in part.items():
            yield from _files(value, f"{at}/{key}")
