"""Draws pictures and documents."""
