"""Questions that a caption could answer, for recipes that want captions as answers."""

BRIEF = (
    "Describe the picture in one sentence.",
    "What does this picture show?",
    "Give a short caption for this picture.",
    "Say briefly what can be seen here.",
    "What is in this image?",
    "Write one line about this image.",
)
