"""From a rendered text to token ids and labels."""
