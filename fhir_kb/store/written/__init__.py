"""What clients wrote, above the snapshot, so that searches see both as one store.

``store.WrittenStore`` follows a journal and gives out immutable states of the store:
``overlaid`` lays what was written over the snapshot, with replaced and deleted rows masked.
"""
