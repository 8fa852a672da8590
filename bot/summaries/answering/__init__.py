"""Questions about one paper, answered from its text with the sentence that says so."""
