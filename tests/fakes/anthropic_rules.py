"""What the Messages API accepts and how it answers, as the SDK's types and the API's documentation have it.

https://platform.claude.com/docs/en/api/errors, …/api/messages/batches, …/build-with-claude/structured-outputs
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web
from anthropic.types import Message, OutputConfigParam, ThinkingConfigDisabledParam
from anthropic.types.json_output_format_param import JSONOutputFormatParam
from anthropic.types.message_create_params import MessageCreateParamsNonStreaming
from anthropic.types.messages import MessageBatch, MessageBatchIndividualResponse
from anthropic.types.shared import ErrorResponse
from anthropic.types.text_block_param import TextBlockParam
from anthropic.types.user_message_param import UserMessageParam
from pydantic import TypeAdapter, ValidationError

MOST_REQUESTS = 100_000  # of a batch
KEPT_FOR = timedelta(days=29)  # results, after a batch was created
ERRORS = {
    "400": ("invalid_request_error", "messages: this request is not valid"),
    "401": ("authentication_error", "invalid x-api-key"),
    "402": ("billing_error", "Your credit balance is too low to access the API. Go to Plans & Billing."),
    "403": ("permission_error", "Your API key does not have permission to use the specified resource."),
    "404": ("not_found_error", "model: claude-nest-1"),
    "408": ("invalid_request_error", "The request was not received in time."),
    "413": ("request_too_large", "Request exceeds the maximum allowed number of bytes."),
    "429": ("rate_limit_error", "This request would exceed your account's rate limit."),
    "500": ("api_error", "Internal server error"),
    "502": ("api_error", "Bad gateway"),
    "503": ("api_error", "Service unavailable"),
    "504": ("timeout_error", "The request timed out while processing."),
    "529": ("overloaded_error", "Overloaded"),
}
SAID = {  # other 400s
    "blocked": "Output blocked by content filtering policy",
    "too long": "prompt is too long: 210000 tokens > 200000 maximum",
    "spend limit": "You have reached your specified API usage limits. You will regain access on 2025-04-01.",
    "no credit": "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing.",
}
_PARAMS: TypeAdapter[Any] = TypeAdapter(MessageCreateParamsNonStreaming)
_CUSTOM_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_FORBIDDEN_IN_SCHEMA = {"minLength", "maxLength", "minimum", "maximum", "multipleOf", "maxItems"}


def fault_of_headers(headers: Mapping[str, str]) -> str:
    """The status for a request's headers; empty when they are right."""
    if not (headers.get("x-api-key") or headers.get("authorization", "").startswith("Bearer ")):
        return "401"
    return "" if re.fullmatch(r"\d{4}-\d\d-\d\d", headers.get("anthropic-version", "")) else "400"


def fault_of(body: Any) -> str:
    """What is wrong with the parameters of a message; empty when nothing is."""
    try:
        read = _PARAMS.validate_python(body)
        for iterable in ("messages", "system"):
            list(read[iterable]) if not isinstance(read.get(iterable, ""), str) else ()
    except ValidationError as error:
        return str(error.errors()[0]["msg"])
    strange = [
        *_unknown(body, MessageCreateParamsNonStreaming),
        *_unknown(body.get("output_config"), OutputConfigParam),
    ]
    strange += [name for turn in body["messages"] for name in _unknown(turn, UserMessageParam)]
    strange += [name for block in body.get("system", ()) for name in _unknown(block, TextBlockParam)]
    if body.get("thinking", {}).get("type") == "disabled":
        strange += _unknown(body["thinking"], ThinkingConfigDisabledParam)
    form = body.get("output_config", {}).get("format")
    strange += _unknown(form, JSONOutputFormatParam)
    if strange:
        return f"{strange[0]}: Extra inputs are not permitted"
    if body["max_tokens"] < 1 or not body["messages"] or body["messages"][0]["role"] != "user":
        return "messages: at least one message is required"
    return _fault_of_schema(form["schema"]) if form else ""


def fault_of_batch(requests: Any) -> str:
    """What is wrong with the requests of a batch; their parameters are looked at later, one by one."""
    names = [request.get("custom_id", "") for request in requests] if isinstance(requests, list) else []
    if not 1 <= len(names) <= MOST_REQUESTS:
        return "requests: List should have 1 to 100000 items"
    if len(set(names)) < len(names) or not all(map(_CUSTOM_ID.fullmatch, names)):
        return "requests: custom_id must be unique and match ^[a-zA-Z0-9_-]{1,64}$"
    return next((f"requests: {name}" for r in requests for name in r if name not in {"custom_id", "params"}), "")


def error(kind: str, *, retry_after: float = 0, headers: Mapping[str, str] | None = None) -> web.Response:
    """The answer for a status, or for one of `SAID`."""
    status = kind if kind in ERRORS else "400"
    name, message = ERRORS[status][0], SAID.get(kind, ERRORS[status][1] if kind in ERRORS else kind)
    found = {"type": "error", "error": {"type": name, "message": message}, "request_id": "req_1"}
    if status not in {"408", "413", "502"}:  # those come from the servers before the API, in the same form
        ErrorResponse.model_validate(found, strict=True)
    more = {"retry-after": f"{retry_after:g}"} if retry_after else {}
    return web.json_response(found, status=int(status), headers={"request-id": "req_1", **more, **(headers or {})})


def message(found: dict[str, Any]) -> dict[str, Any]:
    """A message that has the SDK's form."""
    Message.model_validate(found)
    return found


def batch(found: dict[str, Any], created: datetime) -> dict[str, Any]:
    """A batch that has the SDK's form, with its moments."""
    at = {"created_at": created, "expires_at": created + timedelta(days=1)}
    found |= {name: moment.isoformat() for name, moment in at.items()}
    MessageBatch.model_validate(found)
    return found


def result(found: dict[str, Any]) -> dict[str, Any]:
    """A row of a batch's results that has the SDK's form."""
    MessageBatchIndividualResponse.model_validate(found)
    return found


def _unknown(found: Any, form: type) -> list[str]:
    names: set[str] = {name for base in (form, *getattr(form, "__orig_bases__", ())) for name in _keys(base)}
    return [name for name in found if name not in names] if isinstance(found, dict) else []


def _keys(form: Any) -> Iterable[str]:
    return [*getattr(form, "__required_keys__", ()), *getattr(form, "__optional_keys__", ())]


def _fault_of_schema(schema: Any) -> str:
    """Structured outputs need closed objects and know no limits of length or value."""
    if not isinstance(schema, dict):
        return ""
    if schema.get("type") == "object" and schema.get("additionalProperties") is not False:
        return "output_config.format.schema: additionalProperties must be false"
    if unfit := _FORBIDDEN_IN_SCHEMA & schema.keys():
        return f"output_config.format.schema: {min(unfit)} is not supported"
    return next(filter(None, map(_fault_of_schema, schema.get("properties", {}).values())), "")
