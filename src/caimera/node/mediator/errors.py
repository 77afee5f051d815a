"""Why a question gets no numbers. Each says it to the asker in a sentence.

Refusal
├── QuestionNotUnderstood   its form, a variable or a value is unknown here
├── QuestionAltered         it is not the question its hash was made of
├── ConditionsUnsupported   a condition cannot be applied here
├── BreakdownImpossible     a variable has no values that can be counted one by one
├── NothingPublished        the node has no published dataset
├── TimeOver                the deadline passed
├── SourceFailed            the data could not be read; the cause is in the node's log
└── ProtectionFailed        what may be said could not be settled, so nothing is
"""

from collections.abc import Sequence

from caimera.cohort import QuestionError
from caimera.protocol.messages import ConditionStatus, Treatment
from caimera.vocabulary import VERSION


class Refusal(Exception):
    """The question gets no numbers; `conditions` says which conditions are to blame, if any."""

    conditions: tuple[ConditionStatus, ...] = ()


class QuestionNotUnderstood(Refusal):
    """Its form, a variable or a value is unknown here."""

    def __init__(self, error: QuestionError, *, vocabulary: str) -> None:
        self.conditions = tuple(
            ConditionStatus(
                path=condition_path(problem.path), status=Treatment.UNSUPPORTED, why=problem.message
            )
            for problem in error.problems
        )
        sentences = ["This node does not understand the question.", error.problems[0].message]
        if vocabulary != VERSION:
            sentences.append(f"The hub speaks vocabulary {vocabulary}, this node {VERSION}.")
        super().__init__(" ".join(sentences))


class QuestionAltered(Refusal):
    """It is not the question its hash was made of."""

    def __init__(self) -> None:
        super().__init__("This node reads the question differently from the hub, so it gives no numbers.")


class ConditionsUnsupported(Refusal):
    """A condition cannot be applied here."""

    def __init__(self, conditions: Sequence[ConditionStatus]) -> None:
        self.conditions = tuple(conditions)
        unsupported = [status.why for status in conditions if status.status is Treatment.UNSUPPORTED]
        super().__init__(
            " ".join(["This node cannot apply every condition, so it gives no numbers.", *unsupported])
        )


class BreakdownImpossible(Refusal):
    """A variable has no values that can be counted one by one."""

    def __init__(self, variable: str) -> None:
        super().__init__(
            f"This node cannot count the values of {variable[:100]!r} one by one. "
            "Break down by a coded variable, by yes or no, or by ages or years."
        )


class NothingPublished(Refusal):
    """The node has no published dataset."""

    def __init__(self) -> None:
        super().__init__("This node has no published dataset yet.")


class TimeOver(Refusal):
    """The deadline passed."""

    def __init__(self) -> None:
        super().__init__("This node could not count before the deadline.")


class SourceFailed(Refusal):
    """The data could not be read."""

    def __init__(self) -> None:
        super().__init__("This node could not read its data; its operators find the cause in the log.")


class ProtectionFailed(Refusal):
    """What may be said could not be settled, so nothing is."""

    def __init__(self) -> None:
        super().__init__(
            "This node could not settle what its protected datasets may say, so it says nothing. "
            "Its operators find the place in the log."
        )


def condition_path(pointer: str) -> str:
    """The path of a condition (`1.0`) from a JSON Pointer into the question (`/and/1/not/variable`)."""
    steps = ("0" if member == "not" else member for member in pointer.split("/"))
    return ".".join(step for step in steps if step.isdecimal())
