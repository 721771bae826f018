"""The running process: config, adapters, inbox, dispatch, outbox, clock, command line."""

__version__ = "0.1.0"
