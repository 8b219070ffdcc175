"""What clients write, as a list of versions that is on disk before it is acknowledged.

``interface`` says what an engine does; ``sqlite`` and ``postgres`` are the engines, ``opening``
chooses one by the settings.
"""
