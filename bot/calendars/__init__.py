"""Calendars and files of events: reads what others wrote, writes what others subscribe to."""
