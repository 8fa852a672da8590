"""What Discord answers when it does not do what it was asked: a status, a code of its own and sometimes where."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """An answer in Discord's error shape."""

    def __init__(self, status: int, code: int, message: str, errors: dict[str, Any] | None = None) -> None:
        super().__init__(f"{status} {code} {message}")
        self.status = status
        self.body: dict[str, Any] = {"message": message, "code": code} | ({"errors": errors} if errors else {})


def unauthorized() -> ApiError:
    return ApiError(401, 0, "401: Unauthorized")


def not_found() -> ApiError:
    return ApiError(404, 0, "404: Not Found")


def unknown(what: str) -> ApiError:
    return ApiError(404, _UNKNOWN[what], f"Unknown {what}")


def missing_access() -> ApiError:
    return ApiError(403, 50001, "Missing Access")


def missing_permissions() -> ApiError:
    return ApiError(403, 50013, "Missing Permissions")


_UNKNOWN = {
    "Channel": 10003,
    "Guild": 10004,
    "Member": 10007,
    "Message": 10008,
    "User": 10013,
    "Emoji": 10014,
    "Webhook": 10015,
    "interaction": 10062,
    "application command": 10063,
}


class Form:
    """Collects what is wrong with a body, by path, and raises it all at once as 50035."""

    def __init__(self) -> None:
        self._tree: dict[str, Any] = {}

    def wrong(self, path: str, code: str, message: str) -> None:
        node = self._tree
        for step in path.split("."):
            node = node.setdefault(step, {})
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def text(self, path: str, value: object, most: int, *, least: int = 0) -> None:
        """A text of `least` to `most` characters; None when it is not required."""
        if value is None and not least:
            return
        if not isinstance(value, str) or not value:
            if least:
                self.wrong(path, "BASE_TYPE_REQUIRED", "This field is required")
        elif not least <= len(value) <= most:
            self.wrong(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")

    def most(self, path: str, items: object, most: int, *, least: int = 0) -> list[Any]:
        """A list of `least` to `most` entries."""
        found = items if isinstance(items, list) else []
        if not least <= len(found) <= most:
            self.wrong(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")
        return found

    def done(self) -> None:
        if self._tree:
            raise ApiError(400, 50035, "Invalid Form Body", self._tree)
