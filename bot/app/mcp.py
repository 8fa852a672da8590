"""The tools of the Model Context Protocol server. Imported only for `paperboy mcp`: its package is an extra."""

from typing import Any

import msgspec
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp_types import CallToolRequestParams, CallToolResult, ListToolsResult, TextContent, ToolAnnotations
from mcp_types import Tool as Offered

from bot import __version__
from bot.app.build import Refresh
from bot.catalog.mcp_tools import TOOLS, UNTRUSTED, Tool
from bot.chat.catalog import Catalog
from bot.errors import PaperboyError

BY_NAME = {tool.name: tool for tool in TOOLS}


async def speak(catalog: Catalog, refresh: Refresh) -> None:
    """Answer on stdin and stdout until the client closes them; everything else is printed to stderr."""
    server = _server(catalog, refresh)
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())


def _server(catalog: Catalog, refresh: Refresh) -> Server[Any]:
    async def offered(ctx: object, params: object) -> ListToolsResult:
        return ListToolsResult(tools=[_offered(tool) for tool in TOOLS])

    async def called(ctx: object, params: CallToolRequestParams) -> CallToolResult:
        return await _answer(catalog, refresh, params.name, params.arguments or {})

    return Server(
        "paperboy",
        title="Paperboy",
        version=__version__,
        instructions=f"Research papers that this team follows. {UNTRUSTED}",
        on_list_tools=offered,
        on_call_tool=called,
    )


async def _answer(catalog: Catalog, refresh: Refresh, name: str, arguments: dict[str, Any]) -> CallToolResult:
    """The result of a tool; errors are results too, so that the assistant can correct its call."""
    if (tool := BY_NAME.get(name)) is None:
        return _said(f"There is no tool {name[:100]!r}. The tools are: {', '.join(BY_NAME)}.")
    try:
        await refresh()
        found = await tool.ask(catalog, msgspec.convert(arguments, tool.asks))
    except (PaperboyError, msgspec.ValidationError) as error:
        return _said(str(error))
    return _said(tool.tell(found), found)


def _said(text: str, found: msgspec.Struct | None = None) -> CallToolResult:
    structured = msgspec.to_builtins(found) if found is not None else None
    content = TextContent(type="text", text=text)
    return CallToolResult(content=[content], structured_content=structured, is_error=found is None)


def _offered(tool: Tool) -> Offered:
    return Offered(
        name=tool.name,
        title=tool.title,
        description=tool.said,
        input_schema=_schema(tool.asks),
        output_schema=_schema(tool.answers),
        annotations=ToolAnnotations(read_only_hint=True, open_world_hint=False),
    )


def _schema(kind: type[msgspec.Struct]) -> dict[str, Any]:
    """The schema of a record as one object: older clients don't accept a reference at the root."""
    _, parts = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    whole: dict[str, Any] = parts.pop(kind.__name__)
    return whole | ({"$defs": parts} if parts else {})
