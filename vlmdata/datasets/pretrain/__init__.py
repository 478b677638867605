"""Data sets for aligning pictures and words: captions of pictures."""
