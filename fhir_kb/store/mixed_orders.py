"""The order of resources of several types by a parameter that all of them have.

https://hl7.org/fhir/R4/search.html#sort

Each type's order is kept with its store; how the types stand to each other is read off their
values when it is first asked for, and kept within bounds for as long as the store is there. What
was written since is merged into it.
"""

from weakref import ReferenceType, ref

from fhir_kb.store.cache import ByteBoundedCache
from fhir_kb.store.interface import SortOrder, Store
from fhir_kb.store.snapshot.sort_orders import GroupedOrder
from fhir_kb.store.value_groups import value_groups

ORDERS_BYTES = 64_000_000
_BYTES_OF_A_ROW = 16

# By the state itself and not by its fingerprint: what a transaction has not committed may be
# undone, and the next one then writes something else under the same number.
_Asked = tuple[ReferenceType[Store], tuple[str, ...], str, bool]
_KEPT: ByteBoundedCache[_Asked, SortOrder] = ByteBoundedCache(ORDERS_BYTES)


def mixed_order(
    store: Store, types: tuple[str, ...], parameter: str, *, descending: bool
) -> SortOrder:
    """Return the order of all types by smallest value, or by largest value when descending."""
    asked = (ref(store), types, parameter, descending)
    order = _KEPT.get(asked)
    if order is None:
        order = store.mixed_order(types, parameter, descending=descending)
        _KEPT.put(asked, order, _BYTES_OF_A_ROW * len(order.ordered) + 1000)
    return order


def order_read_through(
    store: Store, types: tuple[str, ...], parameter: str, *, descending: bool
) -> SortOrder:
    """Return the same of a store that never changes: all its values are read."""
    groups = [rows for _, rows in value_groups(store, types, parameter, descending=descending)]
    order = GroupedOrder()
    for rows in reversed(groups) if descending else groups:
        order.add_group(rows)
    return order.finished()
