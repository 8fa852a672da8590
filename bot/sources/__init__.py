"""Where papers come from. Each source turns its own format into listings; none stores anything."""
