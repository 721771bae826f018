"""What features share about experts: who knows a topic, whose turn it is, how they are asked, how load is told."""
