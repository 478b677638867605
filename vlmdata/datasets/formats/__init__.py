"""Local files and folders in a known format: ``{path: FILE, format: FORMAT}`` in a recipe."""
