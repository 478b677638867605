"""The HTTP client: polite, bounded, suspicious of what comes back."""
