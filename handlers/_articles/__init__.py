"""The knowledge base: how articles are drafted from threads, found, shown and put before reviewers."""
