"""COCO: its annotations, pictures and licences, and what other data sets make of them."""
