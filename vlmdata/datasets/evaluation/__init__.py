"""Benchmarks: data that are only ever measured with."""
