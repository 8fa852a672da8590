"""The boundary with chat platforms: messages, events and the adapter protocols. Pure; no platform named."""
