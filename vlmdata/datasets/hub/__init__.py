"""Data sets on the Hugging Face Hub that nobody has described: what they hold, and which format reads them."""
