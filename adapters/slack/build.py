"""The adapter from its parts: for one workspace whose token is given, or for all that install it."""

from __future__ import annotations

from urllib.parse import urlsplit

from adapters.slack.adapter import SlackAdapter
from adapters.slack.client import SlackApi, Workspaces
from adapters.slack.inbound.admins import Admins
from adapters.slack.inbound.listener import Listener, Way
from adapters.slack.inbound.server import Beside
from adapters.slack.install.installs import StoredInstalls
from adapters.slack.install.oauth import INSTALL, REDIRECT, InstallPages
from adapters.slack.install.oauth_client import Credentials, OAuthClient
from adapters.slack.install.oauth_states import OAuthStates
from adapters.slack.install.scopes import SCOPES
from adapters.slack.install.single_workspace import SingleWorkspace
from adapters.slack.install.vault import open_vault
from adapters.slack.outbound.user_names import UserNames
from adapters.slack.settings import Settings
from bot.chat.adapter import Setup
from bot.errors import ConfigError


def build(options: Settings, setup: Setup) -> SlackAdapter:
    """The adapter of these settings. Raises `ConfigError`."""
    wire = SlackApi(options.api_url)
    if options.bot_token:
        return _adapter(Workspaces(SingleWorkspace(options.bot_token, wire), wire), options, setup, Beside())
    if not options.client_secret:
        raise ConfigError("[adapters.slack] has a client_id but no client_secret.", "Set SLACK_CLIENT_SECRET.")
    return _for_many(options, setup, wire)


def _for_many(options: Settings, setup: Setup, wire: SlackApi) -> SlackAdapter:
    _check_redirect(options.redirect_url)
    app = Credentials(
        client_id=options.client_id,
        client_secret=options.client_secret,
        redirect_uri=options.redirect_url,
        api_url=options.api_url,
    )
    vault, grants = open_vault(options.secret_keys, setup.home), OAuthClient(app, setup.clock)
    address = options.redirect_url.removesuffix(REDIRECT) + INSTALL if options.redirect_url else ""
    installs = StoredInstalls(setup.storage, vault, setup.clock, grants, install_url=address)
    whys = {name: scope.why for name, scope in SCOPES.items()}
    pages = InstallPages(app, grants, installs, OAuthStates(setup.storage, vault, setup.clock), whys)

    async def upkeep() -> None:
        await installs.rotate(forget_unreadable=options.forget_unreadable)
        await installs.keep_fresh()

    return _adapter(Workspaces(installs, wire), options, setup, Beside(pages=pages.add, upkeep=upkeep))


def _check_redirect(url: str) -> None:
    """Slack sends codes there: it must be ours, and nobody on the way may read it."""
    parts = urlsplit(url)
    near = parts.hostname in {"127.0.0.1", "localhost", "::1"}
    if url and not (url.endswith(REDIRECT) and (parts.scheme == "https" or near)):
        raise ConfigError(f"[adapters.slack] redirect_url {url!r} can't be used.", f"Give https://HOST{REDIRECT}")


def _adapter(workspaces: Workspaces, options: Settings, setup: Setup, beside: Beside) -> SlackAdapter:
    way = Way(
        mode=options.mode,
        app_token=options.app_token,
        signing_secret=options.signing_secret,
        host=options.host,
        port=options.port,
    )
    people, names = Admins(workspaces, setup.clock, options.admins), UserNames(workspaces, setup.clock)
    return SlackAdapter(workspaces, names, Listener(workspaces, people, setup.clock, way, beside))
