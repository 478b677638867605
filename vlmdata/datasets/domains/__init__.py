"""Data sets of medicine and of industry, whose pictures are not turned or blurred."""
