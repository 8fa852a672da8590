"""What readers of pages, feeds and the API get to see."""
