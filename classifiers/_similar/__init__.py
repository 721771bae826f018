"""Likeness of texts: an index in memory that grows text by text, and how like two questions are."""
