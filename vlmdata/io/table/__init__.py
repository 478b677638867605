"""Tables of rows (Parquet, CSV, TSV, JSON; here or elsewhere), read by row numbers that a condition chose."""
