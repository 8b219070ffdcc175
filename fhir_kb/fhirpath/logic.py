"""Three-valued logic: ``and``, ``or``, ``xor``, ``implies``.

https://hl7.org/fhirpath/#boolean-logic
"""

from collections.abc import Sequence

from fhir_kb.fhirpath.code import Code, Judge, from_truth
from fhir_kb.fhirpath.node import Nodes
from fhir_kb.fhirpath.state import State


def compile_and(operands: Sequence[Code]) -> Code:
    """Return the code of a row of ``and``: the first false decides."""
    return from_truth(_decided_by(False, [operand.truth for operand in operands]))


def compile_or(operands: Sequence[Code]) -> Code:
    """Return the code of a row of ``or``: the first true decides."""
    return from_truth(_decided_by(True, [operand.truth for operand in operands]))


def _decided_by(decisive: bool, judges: Sequence[Judge]) -> Judge:
    if len(judges) == 2:
        return _decided_by_either(decisive, *judges)

    def truth(this: Nodes, state: State) -> bool | None:
        result: bool | None = not decisive
        for judge in judges:
            verdict = judge(this, state)
            if verdict is decisive:
                return decisive
            if verdict is None:
                result = None
        return result

    return truth


def _decided_by_either(decisive: bool, left: Judge, right: Judge) -> Judge:
    otherwise = not decisive

    def truth(this: Nodes, state: State) -> bool | None:
        first = left(this, state)
        if first is decisive:
            return decisive
        second = right(this, state)
        if second is decisive:
            return decisive
        return None if first is None or second is None else otherwise

    return truth


def compile_xor(left: Code, right: Code) -> Code:
    """Return the code of ``xor``."""
    judge, other = left.truth, right.truth

    def truth(this: Nodes, state: State) -> bool | None:
        first, second = judge(this, state), other(this, state)
        return None if first is None or second is None else first is not second

    return from_truth(truth)


def compile_implies(left: Code, right: Code) -> Code:
    """Return the code of ``implies``: true unless the condition holds and what follows does not."""
    condition, consequence = left.truth, right.truth

    def truth(this: Nodes, state: State) -> bool | None:
        first = condition(this, state)
        if first is False:
            return True
        second = consequence(this, state)
        if second is True or first is True:
            return second
        return None

    return from_truth(truth)


def compile_not(operand: Code) -> Code:
    """Return the code of not()."""
    judge = operand.truth

    def truth(this: Nodes, state: State) -> bool | None:
        verdict = judge(this, state)
        return None if verdict is None else not verdict

    return from_truth(truth)
