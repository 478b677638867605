"""vlmdata: public vision-language data sets in, training-ready shards out."""

__version__ = "0.1.0"
