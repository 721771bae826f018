"""How things are said, shared by the features: names, durations, numbers, figures, and what is masked."""
