"""What is counted while Paperboy runs; `/metrics` shows it beside what the store knows."""

from prometheus_client import CollectorRegistry, Counter, Histogram

REGISTRY = CollectorRegistry(auto_describe=True)

SENDS = Counter(
    "paperboy_sends",
    "Attempts to post, by how they ended: sent, busy, unsure, refused.",
    ["platform", "result"],
    registry=REGISTRY,
)
DELIVERY = Histogram(
    "paperboy_delivery_seconds",
    "From the moment a post was due until the platform had it.",
    ["platform"],
    buckets=(1, 2, 5, 10, 30, 60, 300, 900, 3600, 21600),
    registry=REGISTRY,
)
EDITS = Counter("paperboy_edits", "Posted cards changed, by how it ended.", ["platform", "result"], registry=REGISTRY)
ANSWERS = Histogram(
    "paperboy_answer_seconds",
    "From an event's arrival in the core until its answer, by kind of event.",
    ["kind"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3, 10),
    registry=REGISTRY,
)
FAILURES = Counter("paperboy_failures", "Events that failed by our own fault.", ["kind"], registry=REGISTRY)
UNREADABLE_EVENTS = Counter(
    "paperboy_unreadable_events",
    "Events from a platform that lack a field or can't be read; each costs only itself.",
    ["platform", "kind"],
    registry=REGISTRY,
)
TASK_RESTARTS = Counter(
    "paperboy_task_restarts", "Restarts of a long-lived task that failed.", ["task"], registry=REGISTRY
)
HTTP_CLOSED = Counter(
    "paperboy_http_closed_connections",
    "Connections that were closed early: slow (half a request), idle, full (room for others), unreadable.",
    ["reason"],
    registry=REGISTRY,
)
