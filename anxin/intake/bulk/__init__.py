"""The bulk door ``/api/v1``: whole batches in JSON lines, Parquet or Arrow, answered row by row.

``api`` endpoints · ``signing`` who sends · ``decoding`` bytes to columns, bounded · ``fields`` one value ·
``endpoints`` the columns of each endpoint · ``columnar`` the quick lane · ``receiving`` the way of a batch ·
``schemas`` what the documentation shows.
"""
