"""Forms as versioned data: sections, questions, conditions, bounds; and the judgement of answers."""

from caimera.forms.answers import Answers, Given, Reading, as_texts, read_answers, words_of
from caimera.forms.errors import FormBroken, FormsError, UnknownForm
from caimera.forms.model import Form, Kind, Question, Section, ShownIf
from caimera.forms.tables import form, forms, read

__all__ = [
    "Answers",
    "Form",
    "FormBroken",
    "FormsError",
    "Given",
    "Kind",
    "Question",
    "Reading",
    "Section",
    "ShownIf",
    "UnknownForm",
    "as_texts",
    "form",
    "forms",
    "read",
    "read_answers",
    "words_of",
]
