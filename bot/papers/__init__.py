"""What a paper is: its record, its ids, its readable text. Pure; imports nothing else of ours."""
