"""The fictional fortnight of a community that the demo replays."""
