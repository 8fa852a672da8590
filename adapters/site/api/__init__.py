"""The read-only API: papers, editions, trends, search and topics as JSON, with an OpenAPI document."""
