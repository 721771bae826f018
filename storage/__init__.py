"""What the community knows: one file per noun, its tables, writes and look-ups; figures in `metrics/`."""
