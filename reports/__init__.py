"""What people read. Pure: an assessment and the facts behind it in, text out."""
