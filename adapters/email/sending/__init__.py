"""Sending mail: the adapter, the message, the way to the mail server, and what comes back."""
