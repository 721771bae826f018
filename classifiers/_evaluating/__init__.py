"""Judging what the classifiers find against what people marked: pure functions, and the shapes they work on."""
