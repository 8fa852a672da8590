"""What signed-in people can do: vote, submit papers, and see votes as they change."""
