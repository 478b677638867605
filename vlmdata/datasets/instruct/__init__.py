"""Data sets of instructions: conversations about pictures, mostly written by models, and mixes of task sets."""
