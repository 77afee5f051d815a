"""The builder's form: what was sent, what was pressed, and what the page shows of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caimera.cohort import Problem, Question, QuestionError, parse
from caimera.hub.search.breakdowns import MOST
from caimera.hub.search.builder import Bars, read, split
from caimera.hub.search.drafts import Choice, Draft, choices, has_kinds, nothing
from caimera.hub.search.finding import Found, find
from caimera.hub.search.pressing import CHANGES, MOVES
from caimera.hub.search.templatetags.wording import answer_words, possible_answers
from caimera.vocabulary import VOCABULARY, Group, Value, Variable

LONG = 12
"""A list of more values than this gets a frame of its own and can be filtered."""

CHOICE_WORDS: Mapping[Choice, str | Promise] = {
    Choice.ANY: gettext_lazy("does not matter"),
    Choice.YES: gettext_lazy("yes"),
    Choice.NO: gettext_lazy("no"),
    Choice.IS: gettext_lazy("is any of"),
    Choice.IS_NOT: gettext_lazy("is recorded, but as none of"),
    Choice.EXCEPT: gettext_lazy("is not recorded as any of"),
    Choice.CONTAINS: gettext_lazy("has a name with"),
    Choice.BETWEEN: gettext_lazy("is from … to …"),
    Choice.LESS: gettext_lazy("is less than"),
    Choice.MORE: gettext_lazy("is more than"),
    Choice.MISSING: gettext_lazy("is not recorded"),
    Choice.RECORDED: gettext_lazy("is recorded"),
}


@dataclass(frozen=True, slots=True)
class VariableForm:
    """One variable in the tree, filled in as the active bar has it or as it was sent."""

    variable: Variable
    draft: Draft
    chips: tuple[Question, ...]
    problem: str

    @property
    def in_bar(self) -> bool:
        """Whether the active bar speaks of it."""
        return bool(self.chips)

    @property
    def note(self) -> str:
        """What the active bar says of it, or what can be said, in a few words."""
        return "; ".join(map(answer_words, self.chips)) or possible_answers(self.variable)

    @property
    def offered(self) -> list[tuple[str, str | Promise]]:
        """The comparisons with their words."""
        return [(choice.value, CHOICE_WORDS[choice]) for choice in choices(self.variable)]

    @property
    def answers(self) -> list[tuple[str, str | Promise, bool]]:
        """The comparisons with their words and whether chosen, where they are all there is to answer."""
        return [(value, words, value == self.draft.choice) for value, words in self.offered]

    @property
    def options(self) -> list[tuple[Value, bool]]:
        """Every value and whether it is ticked; in long lists the ticked ones come first."""
        options = [(value, value.name in self.draft.values) for value in self.variable.values]
        return sorted(options, key=lambda option: not option[1]) if self.long else options

    @property
    def long(self) -> bool:
        """Whether the values need a frame of their own."""
        return len(self.variable.values) > LONG

    @property
    def has_kinds(self) -> bool:
        """Whether some values are kinds, or parts, of others."""
        return has_kinds(self.variable)

    @property
    def kind(self) -> str:
        """How values are entered: ticked (`coded`), typed as bounds (`number`), yes or no (`boolean`)."""
        return self.variable.kind.value


@dataclass(frozen=True, slots=True)
class GroupForm:
    """One group of the tree."""

    group: Group
    variables: tuple[VariableForm, ...]

    @property
    def used(self) -> int:
        """How many of its variables the active bar speaks of."""
        return sum(form.in_bar for form in self.variables)


@dataclass(frozen=True, slots=True)
class BuilderForm:
    """The bars after what was pressed, the drafts that could not be taken, and what there is to say."""

    bars: Bars
    drafts: Mapping[str, Draft] = field(default_factory=dict)
    problems: Mapping[str, QuestionError] = field(default_factory=dict)
    text: str = ""
    text_problems: tuple[Problem, ...] = ()
    said: str = ""
    focus: str = ""
    find: str = ""
    """What is looked for among variables and values."""

    @property
    def valid(self) -> bool:
        """Whether everything sent was understood."""
        return not self.problems and not self.text_problems

    @property
    def found(self) -> tuple[Found, ...]:
        """What is called as `find` says."""
        return find(self.find)

    @property
    def groups(self) -> tuple[GroupForm, ...]:
        """The tree of variables, filled in."""
        return tuple(
            GroupForm(
                group,
                tuple(self._variable(one) for one in VOCABULARY.variables if one.group == group.name),
            )
            for group in VOCABULARY.groups
        )

    def _variable(self, variable: Variable) -> VariableForm:
        shown = self.bars.current.mirror(variable) or nothing(variable)
        problem = self.problems.get(variable.name)
        return VariableForm(
            variable=variable,
            draft=self.drafts[variable.name] if problem else shown,
            chips=self.bars.current.about(variable.name),
            problem=" ".join(f"{one.message} {one.fix}" for one in problem.problems) if problem else "",
        )


def known_variables(names: Iterable[str]) -> list[str]:
    """The first few of these names that are variables to count by; others are passed over."""
    known = {variable.name for variable in VOCABULARY.variables}
    return [name for name in dict.fromkeys(names) if name in known][:MOST]


def by_context(by: Sequence[str]) -> dict[str, object]:
    """What the form to ask shows of the variables to count by: the choices, and those made."""
    options = [("", _("nothing more")), *((one.name, capfirst(_(one.label))) for one in VOCABULARY.variables)]
    chosen = [*by, *[""] * MOST][:MOST]
    return {"by_options": options, "by_chosen": chosen, "by_open": any(by)}


def receive(data: QueryDict) -> BuilderForm:
    """The form after everything in an address: bars, drafts, and the button that was pressed, if any."""
    place = _whole(data.get("active", ""), 1) - 1
    bars, unread = read(data.getlist("bar"), place, data.get("into", ""))
    verb, _colon, argument = data.get("do", "").partition(":")
    if verb == "text":
        return _take_text(bars, data.get("text", ""))
    form = _press(bars, verb, argument, data)
    if not unread:
        return _checked(form)
    texts = [text for place, text in enumerate(data.getlist("bar")) if place in unread]
    found = tuple(problem for error in unread.values() for problem in error.problems)
    return replace(form, text=" or ".join(texts), text_problems=found)


def _checked(form: BuilderForm) -> BuilderForm:
    """The form, with what is wrong with the question as a whole: it may have grown too large."""
    try:
        parse(form.bars.text)
    except QuestionError as error:
        return replace(form, text=form.bars.text, text_problems=error.problems)
    return form


def _press(bars: Bars, verb: str, argument: str, data: QueryDict) -> BuilderForm:
    drafts = read_drafts(data)
    if verb in CHANGES:
        after, said, focus, spoken = CHANGES[verb](bars, argument)
        drafts = {name: draft for name, draft in drafts.items() if name != spoken}
        kept = verb != "drop" and after.into == bars.into
        applied, problems = after.apply(drafts) if kept else (after, {})
    elif verb in MOVES:
        applied, problems = bars.apply(drafts)
        applied, said, focus = MOVES[verb](bars, applied, argument, data)
    else:
        return BuilderForm(bars, find=data.get("find", ""))
    return BuilderForm(
        applied,
        drafts=drafts,
        problems=problems,
        said="" if problems else said,
        focus=focus,
        find=data.get("find", ""),
    )


def read_drafts(data: QueryDict) -> dict[str, Draft]:
    """What was entered for each variable that was sent; words nobody offered are passed over."""
    drafts = {}
    for variable in VOCABULARY.variables:
        sent = data.get(f"{variable.name}.is", "")
        if sent not in {choice.value for choice in choices(variable)}:
            continue
        known = {value.name for value in variable.values}
        drafts[variable.name] = Draft(
            Choice(sent),
            values=tuple(sorted(set(data.getlist(variable.name)) & known)),
            low=data.get(f"{variable.name}.from", "").strip(),
            high=data.get(f"{variable.name}.to", "").strip(),
            words=data.get(f"{variable.name}.words", "").strip(),
            kinds=f"{variable.name}.kinds" in data,
        )
    return drafts


def _take_text(bars: Bars, text: str) -> BuilderForm:
    try:
        return BuilderForm(split(parse(text)), said=_("The search bars now hold your text."), focus="bar-1")
    except QuestionError as error:
        return BuilderForm(bars, text=text, text_problems=error.problems)


def _whole(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else otherwise
