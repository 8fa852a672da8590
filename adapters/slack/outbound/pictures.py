"""Pictures in posts: at their public address, or uploaded where the token has the optional scope for it.

A file is uploaded once for each workspace and shared with no channel: only the messages show it.
https://docs.slack.dev/reference/methods/files.getUploadURLExternal
"""

import asyncio
import logging

import aiohttp
from attrs import define

from adapters.slack.client import Workspaces, answer_text
from bot.chat.adapter import Setup
from bot.chat.message import Message, with_pictures
from bot.errors import PostError

log = logging.getLogger(__name__)

SCOPE = "files:write"
FILES = "file/"  # in the storage: `file/WORKSPACE/PICTURE` → the file's id
MAX_FILES = 2_000  # remembered in a workspace, the oldest papers first to go; posts are edited for two weeks
MAX_UPLOAD_S = 5.0  # then a post goes out without its picture


@define(eq=False)
class PictureFiles:
    """Finds what Slack can show a picture by."""

    _workspaces: Workspaces
    _setup: Setup

    async def shown(self, message: Message, space: str) -> Message:
        """The message with the address or the file's id of each picture; without those that can't be shown."""
        found = {name: self._setup.picture_url(name) or await self._file(name, space) for name in message.pictures}
        return with_pictures(message, found)

    async def _file(self, name: str, space: str) -> str:
        """The id of the uploaded file; empty when there is none."""
        storage, key = self._setup.storage, f"{FILES}{space}/{name}"
        if found := await storage.get(key):
            return found.decode()
        try:
            async with asyncio.timeout(MAX_UPLOAD_S):
                id = await self._upload(name, space)
        except (PostError, aiohttp.ClientError, OSError) as error:  # a time-out is an OSError
            log.warning("Slack: %s not uploaded in %s: %s: %s", name, space, type(error).__name__, error)
            return ""
        if id:
            await storage.put(key, id.encode())
            for old, _ in (await storage.scan(f"{FILES}{space}/"))[:-MAX_FILES]:
                await storage.delete(old)
        return id

    async def _upload(self, name: str, space: str) -> str:
        call, api = self._workspaces.call, self._workspaces.api
        picture = await self._setup.picture(name)
        if picture is None or SCOPE not in (await self._workspaces.installs.find_install(space)).scopes:
            return ""
        begun = await call(space, "files_getUploadURLExternal", filename="picture.jpg", length=len(picture.jpeg))
        url, id = answer_text(begun, "upload_url"), answer_text(begun, "file_id")
        async with api.session.post(url, data=picture.jpeg, proxy=api.client().proxy) as response:
            response.raise_for_status()
        await call(space, "files_completeUploadExternal", files=[{"id": id}])
        return id
