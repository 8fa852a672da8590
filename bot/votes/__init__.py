"""What reactions and presses come to: ballots, and the order they put papers in."""
