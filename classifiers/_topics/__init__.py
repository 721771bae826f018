"""The learnt part of topics: features of a text, weights and how they are kept, lessons of people, and training."""
