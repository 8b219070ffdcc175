"""Decision support over the packaged knowledge, and a function that asks it."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from cds_calls import MOMENT, written
from loopback_ehr import LoopbackEhr, loopback_ehr

from fhir_kb.cds import SERVICES, DecisionSupport, answer_call, read_call
from fhir_kb.cds.configuration import decision_support
from fhir_kb.formats.json import write_json
from fhir_kb.settings import Settings

BASE = "https://kb.example.org"
Ask = Callable[..., Any]


@pytest.fixture(scope="session")
def support() -> DecisionSupport:
    return decision_support(Settings())


@pytest.fixture
def ask(support: DecisionSupport) -> Ask:
    """Give a function from a body to the answer, as it would be read from the wire."""

    def answered(content: Any, moment: str = MOMENT, by: DecisionSupport = support) -> Any:
        service = next(row for row in SERVICES.values() if content["hook"] in row.answered)
        call = read_call(written(content), service.answered, max_bytes=10_000_000)
        answer = answer_call(by, call, datetime.fromisoformat(moment), BASE)
        write_json(answer)
        return answer

    return answered


@pytest.fixture
def ehr() -> Iterator[LoopbackEhr]:
    with loopback_ehr() as server:
        yield server
