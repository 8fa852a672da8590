"""The settings in `[adapters.slack]`, including those from the environment."""

from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import Meta, Struct

from bot.adapter_settings import read_section

Port = Annotated[int, Meta(ge=0, le=65_535)]


class Settings(Struct, frozen=True, kw_only=True):
    """All settings of this adapter. Its `repr` shows no secrets."""

    enabled: bool = True
    bot_token: str = ""  # xoxb-…: one workspace
    app_token: str = ""  # xapp-…: Socket Mode
    mode: Literal["socket", "http"] = "socket"
    signing_secret: str = ""  # HTTP mode
    host: str = "127.0.0.1"  # HTTP mode
    port: Port = 3000  # HTTP mode
    client_id: str = ""  # many workspaces
    client_secret: str = ""
    redirect_url: str = ""  # https://HOST/slack/oauth_redirect
    secret_keys: str = ""  # comma-separated, newest first; encrypt the tokens of many workspaces
    forget_unreadable: bool = False
    assistant: bool = False  # ask for the assistant's scope, where workspaces install Paperboy themselves
    upload_pictures: bool = False  # likewise ask for the scope to upload pictures of papers
    work_objects: bool = False  # papers below links are Work Objects, which are turned on in the app's settings
    admins: tuple[str, ...] = ()  # user ids that may set schedules, in addition to the workspace's admins
    api_url: str = "https://slack.com/api/"

    def __repr__(self) -> str:
        return f"Settings(mode={self.mode!r})"

    def missing_setting(self) -> str:
        """The setting without which Slack can't reach us in this mode; empty when nothing is missing."""
        needed = "signing_secret" if self.mode == "http" else "app_token"
        return "" if getattr(self, needed) else needed


def read_settings(options: Mapping[str, object]) -> Settings | None:
    """The settings; None when turned off, or with neither a bot token nor a client id. Raises `ConfigError`."""
    found = read_section("slack", options, Settings)
    return found if found.enabled and (found.bot_token or found.client_id) else None
