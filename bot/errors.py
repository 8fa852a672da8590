"""Every error Paperboy raises on purpose."""


class PaperboyError(Exception):
    """Something went wrong. `message` says what, `hint` says what the reader can do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class ConfigError(PaperboyError):
    """A setting is unknown, missing or cannot be read."""


class SourceError(PaperboyError):
    """A source returned nothing usable; other sources are not affected."""


class Unreachable(SourceError):
    """No answer, or a server error: try again later."""


class Throttled(SourceError):
    """The source asks us to wait (`retry_after` seconds)."""

    def __init__(self, message: str, *, retry_after: float, hint: str = "") -> None:
        super().__init__(message, hint)
        self.retry_after = retry_after


class Malformed(SourceError):
    """The answer isn't what the source documents."""


class StoreError(PaperboyError):
    """The database cannot be opened, read or written."""


class IndexFailed(PaperboyError):
    """The search index is damaged or can't be written; it can be made again from the database."""


class ModelError(PaperboyError):
    """A language or embedding model is missing or failed."""


class AskError(PaperboyError):
    """A person asked for something that can't be done; message and hint are shown to them, privately."""


class AlreadyDone(PaperboyError):
    """This incoming event was already processed: do nothing."""


class PostError(PaperboyError):
    """A platform did not take a message."""


class Refused(PostError):
    """The platform will never take this message; `hint` says what an admin can do.

    `broken` is true when the place itself is unusable (channel gone, bot removed, permission missing),
    false when only this message is at fault. `gone`: the message that was to be changed or read is no longer there.
    """

    def __init__(self, message: str, hint: str = "", *, broken: bool = False, gone: bool = False) -> None:
        super().__init__(message, hint)
        self.broken = broken
        self.gone = gone


class Busy(PostError):
    """The platform took nothing and asks us to try again later."""

    def __init__(self, message: str, *, retry_after: float, hint: str = "", tenant_wide: bool = False) -> None:
        super().__init__(message, hint)
        self.retry_after = retry_after
        self.tenant_wide = tenant_wide  # no post of this tenant would be accepted now, in any channel


class Unsure(PostError):
    """No answer came: the message may have been posted. Find it, never send it again blindly."""
