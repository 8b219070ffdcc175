"""Knowledge as one immutable file: bodies by row number, sets of rows by term, sorted columns.

Rows are numbered in the order of last update, so that the newest come last and a page sorted by
``-_lastUpdated`` is the end of a set. A file is written once (``writer``), never changed, and
swapped whole by rename (``holder`` follows it); ``reader.Snapshot`` answers from it.
"""
