"""For signed-in people: voting, submitting papers, and live vote counts."""
