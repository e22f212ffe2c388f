"""Frames to float32 arrays and back: always reversible, always within the privacy rules of the schema."""
