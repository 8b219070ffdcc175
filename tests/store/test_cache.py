from fhir_kb.store.cache import ByteBoundedCache


def test_the_oldest_values_go_when_the_bytes_are_used_up() -> None:
    """A cache bounded by number alone would grow with the size of bodies."""
    cache: ByteBoundedCache[str, int] = ByteBoundedCache(10)
    for number, key in enumerate("abc"):
        cache.put(key, number, 4)
    assert tuple(map(cache.get, "abc")) == (None, 1, 2)


def test_a_value_put_again_counts_once() -> None:
    cache: ByteBoundedCache[str, int] = ByteBoundedCache(10)
    for number in range(9):
        cache.put("a", number, 4)
    cache.put("b", 1, 4)
    assert tuple(map(cache.get, "ab")) == (8, 1)


def test_a_value_larger_than_the_cache_is_not_kept() -> None:
    cache: ByteBoundedCache[str, int] = ByteBoundedCache(10)
    cache.put("a", 1, 4)
    cache.put("b", 2, 11)
    assert tuple(map(cache.get, "ab")) == (1, None)
