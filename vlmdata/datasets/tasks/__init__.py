"""Data sets of one task each: questions about pictures, documents, charts; grounding and detection."""
