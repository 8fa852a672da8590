"""The boundary between the core and chat platforms: messages, forms, events and the adapter protocols. Pure."""
