"""Where papers come from. Each source turns its own wire format into listings; none stores anything."""
