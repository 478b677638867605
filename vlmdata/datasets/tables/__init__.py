"""Rows of published files by number: Parquet, delimited text, JSON in its many forms."""
