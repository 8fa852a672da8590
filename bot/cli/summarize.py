"""`paperboy summarize`."""

from __future__ import annotations
