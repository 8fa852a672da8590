"""Lines by a language model: asked for once, checked, paid for, and never waited for."""
