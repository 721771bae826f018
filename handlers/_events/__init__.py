"""What the features around events share: how an event is meant, told, announced, and whom a word about it reaches."""
