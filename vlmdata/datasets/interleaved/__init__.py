"""Interleaved documents: pages of the web with their pictures in their places."""
