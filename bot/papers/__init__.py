"""What a paper is: its record, ids, authors and readable text. Pure; imports no other room."""
