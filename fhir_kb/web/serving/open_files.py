"""How many files a process may hold open: each connection is one.

https://docs.python.org/3/library/resource.html
"""

import resource

BESIDES = 200
"""Open files beside the connections."""


def allow_open_files(connections: int) -> None:
    """Raise this process's limit, as far as the system lets it, for so many connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + BESIDES
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
