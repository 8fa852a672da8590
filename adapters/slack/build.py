"""Puts the adapter together: for one workspace with a bot token, or for all workspaces that install Paperboy."""

from urllib.parse import urlsplit

from adapters.slack.adapter import SlackAdapter
from adapters.slack.client import SlackApi, Workspaces
from adapters.slack.install.installs import StoredInstalls
from adapters.slack.install.oauth import INSTALL, REDIRECT, InstallPages
from adapters.slack.install.oauth_client import Credentials, OAuthClient
from adapters.slack.install.oauth_states import OAuthStates
from adapters.slack.install.scopes import OPTIONAL_SCOPES, SCOPES
from adapters.slack.install.single_workspace import SingleWorkspace
from adapters.slack.profiles import Profiles
from adapters.slack.settings import Settings
from bot.chat.adapter import Setup
from bot.errors import ConfigError
from bot.http_server import Sealer, open_sealer

KEY_FILE, KEY_PURPOSE = "slack.key", "the key that encrypts Slack's tokens"


def build(settings: Settings, setup: Setup) -> SlackAdapter:
    """The adapter with these settings. Raises `ConfigError`."""
    api = SlackApi(settings.api_url)
    if not settings.bot_token:
        return _for_many_workspaces(settings, setup, api)
    workspaces = Workspaces(SingleWorkspace(settings.bot_token, api), api)
    return SlackAdapter(workspaces, Profiles(workspaces, setup.clock), settings, setup)


def _for_many_workspaces(settings: Settings, setup: Setup, api: SlackApi) -> SlackAdapter:
    if not settings.client_secret:
        raise ConfigError("[adapters.slack] has a client_id but no client_secret.", "Set SLACK_CLIENT_SECRET.")
    _check_redirect_url(settings.redirect_url)
    app = Credentials(
        client_id=settings.client_id,
        client_secret=settings.client_secret,
        redirect_uri=settings.redirect_url,
        api_url=settings.api_url,
    )
    sealer, oauth = _open_sealer(settings, setup), OAuthClient(app, setup.clock)
    install_url = settings.redirect_url.removesuffix(REDIRECT) + INSTALL if settings.redirect_url else ""
    installs = StoredInstalls(setup.storage, sealer, setup.clock, oauth, install_url=install_url)
    states = OAuthStates(setup.storage, sealer, setup.clock)
    asked = SCOPES | {name: scope for name, scope in OPTIONAL_SCOPES.items() if getattr(settings, scope.setting)}
    scopes = {name: scope.why for name, scope in asked.items()}
    pages = InstallPages(app, oauth, installs, states, scopes=scopes, clock=setup.clock)
    workspaces = Workspaces(installs, api)
    profiles = Profiles(workspaces, setup.clock)
    return SlackAdapter(workspaces, profiles, settings, setup, installs=installs, add_routes=pages.add_routes)


def _open_sealer(settings: Settings, setup: Setup) -> Sealer:
    keys = settings.secret_keys.split(",")
    try:
        return open_sealer(setup.home / KEY_FILE, KEY_PURPOSE, setup.clock, secrets_newest_first=keys)
    except ConfigError as error:
        raise ConfigError(f"[adapters.slack] secret_keys: {error.message}", error.hint) from None


def _check_redirect_url(url: str) -> None:
    """Slack sends codes there, so it has to be our own address, over TLS or on this machine. Raises `ConfigError`."""
    parts = urlsplit(url)
    is_local = parts.hostname in {"127.0.0.1", "localhost", "::1"}
    if url and not (url.endswith(REDIRECT) and (parts.scheme == "https" or is_local)):
        raise ConfigError(f"[adapters.slack] redirect_url {url!r} can't be used.", f"Set it to https://HOST{REDIRECT}")
