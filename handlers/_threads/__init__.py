"""What features share about threads: which one is meant, how it is told, its answer, what is like it, who may read."""
