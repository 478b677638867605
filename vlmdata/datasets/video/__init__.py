"""Video: captions, questions and narrations of clips, which are stored as they come."""
