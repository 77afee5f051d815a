"""The buttons of groups, complements and findings; and any address at all."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from django.test import Client
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from caimera.cohort import parse
from caimera.hub.search.finding import SHOWN, find
from caimera.hub.search.forms import BuilderForm, receive
from caimera.vocabulary import VOCABULARY


def sent(*pairs: tuple[str, str]) -> BuilderForm:
    return receive(QueryDict(urlencode(pairs)))


def pressed(bar: str, do: str, **more: str) -> BuilderForm:
    return sent(("bar", bar), ("do", do), *more.items())


def test_a_chip_is_excluded_and_included_again() -> None:
    form = pressed("sex = male and modality = CT", "negate:0.1")
    assert form.bars.text == "sex = male and not modality = CT"
    assert form.said == "Now: Modality: not recorded as CT (computed tomography)."
    assert pressed(form.bars.text, "negate:0.1").bars.text == "sex = male and modality = CT"


def test_a_group_and_a_chip_in_it_are_excluded() -> None:
    bar = "some series (modality = CT and body_part = chest)"
    assert pressed(bar, "negate:0.0").bars.text == f"not {bar}"
    inner = pressed(bar, "negate:0.0.1")
    assert inner.bars.text == "some series (modality = CT and not body_part = chest)"


def test_excluding_takes_what_was_chosen_besides_but_not_the_old_draft() -> None:
    drafts = {"modality.is": "is", "modality": "CT", "sex.is": "is", "sex": "male"}
    form = sent(("bar", "modality = CT"), ("do", "negate:0.0"), *drafts.items())
    assert form.bars.text == "not modality = CT and sex = male"


@pytest.mark.parametrize("argument", ["", "9.9", "0", "0.0.0", "x", "0.-1", "0.0.0.0.0"])
@pytest.mark.parametrize("verb", ["negate", "remove"])
def test_a_button_for_what_is_not_there_changes_nothing(verb: str, argument: str) -> None:
    form = pressed("sex = male", f"{verb}:{argument}")
    assert (form.bars.text, form.said) == ("sex = male", "")


def test_a_group_is_begun_filled_and_left() -> None:
    begun = pressed("sex = male", "group:patient")
    assert (str(begun.bars.into), begun.focus) == ("patient", "group")
    assert begun.said == "What you choose now goes to the group in search bar 1."
    choice = {"into": "patient", "modality.is": "is", "modality": "CT"}
    filled = pressed("sex = male", "add:modality", **choice)
    assert filled.bars.text == "sex = male and some series (modality = CT)"
    assert filled.said == "The group in search bar 1 now says: Modality: CT (computed tomography)."
    left = pressed(filled.bars.text, "turn:0", into="patient.1")
    assert left.bars.into is None
    back = pressed(filled.bars.text, "turn:0.patient.1")
    assert str(back.bars.into) == "patient.1"


def test_a_group_nobody_knows_is_not_begun() -> None:
    assert pressed("sex = male", "group:committee").bars.into is None


def test_taking_the_group_away_does_not_move_its_drafts_to_the_bar() -> None:
    bar = "sex = male and some series (modality = CT)"
    drafts = {"into": "patient.1", "modality.is": "is", "modality": "CT"}
    assert pressed(bar, "remove:0.1", **drafts).bars.text == "sex = male"


@pytest.mark.parametrize(
    ("bar", "argument", "text"),
    [
        ("", "condition:breast_cancer", "condition = breast_cancer"),
        ("", "condition:breast_cancer:kinds", "condition = breast_cancer with descendants"),
        ("modality = CT", "modality:MR", "modality in (CT, MR)"),
        ("modality = CT", "modality:CT", "modality = CT"),
        ("not modality = CT", "modality:MR", "not modality = CT and modality = MR"),
        (
            "condition = lung_cancer",
            "condition:breast_cancer:kinds",
            "condition = lung_cancer and condition = breast_cancer with descendants",
        ),
        ("sex = male", "shoe:large", "sex = male"),
        ("sex = male", "modality:banana", "sex = male"),
        ("sex = male", "age_at_imaging:40", "sex = male"),
    ],
)
def test_what_was_found_is_added_with_one_press(bar: str, argument: str, text: str) -> None:
    assert pressed(bar, f"pick:{argument}").bars.text == text


def test_all_that_are_called_so_are_added_at_once() -> None:
    form = pressed("", "contains:modality", find="computed")
    assert form.bars.question == parse("modality contains computed")
    assert (form.find, pressed("", "contains:shoe", find="x").bars.text) == ("computed", "everything")


def names(text: str) -> dict[str, list[str]]:
    return {one.variable.name: [value.name for value in one.values] for one in find(text)}


def test_words_synonyms_and_codes_are_found() -> None:
    breast = names("Breast")
    assert breast["condition"][0] == "breast_cancer"
    assert breast["body_part"][0] == "breast"
    assert names("C50.1")["topography"] == ["C50.1"]
    assert "condition" in names("254837009")
    assert next(iter(names("psa"))) == "psa"
    assert names("cancer breast")["condition"] == names("breast cancer")["condition"]


@pytest.mark.parametrize("text", ["", " ", "b", "zzzzzz", "%", "x" * 500])
def test_nothing_is_found_where_nothing_is_called_so(text: str) -> None:
    assert find(text) == ()


def test_of_many_values_the_nearest_are_shown_and_all_are_counted() -> None:
    (topography,) = (one for one in find("breast") if one.variable.name == "topography")
    called = VOCABULARY.variable("topography").containing("breast")
    assert len(topography.values) == min(SHOWN, len(called))
    assert topography.all == len(called)


@pytest.mark.django_db
def test_findings_come_as_a_part_of_the_page(visitor_client: Client) -> None:
    page = visitor_client.get("/search/find", {"find": "breast"}).content.decode()
    assert 'value="pick:condition:breast_cancer"' in page
    assert 'aria-label="Add Condition: breast cancer, with its 4 kinds"' in page
    assert 'hx-swap-oob="innerHTML"' in page
    assert "<html" not in page
    nothing = visitor_client.get("/search/find", {"find": "<b>zz"}).content.decode()
    assert "Nothing is called “&lt;b&gt;zz”." in nothing


@pytest.mark.django_db
def test_without_scripts_find_is_a_button_and_stays_in_the_address(visitor_client: Client) -> None:
    response = visitor_client.get("/search?bar=sex+%3D+male&do=find&find=breast")
    assert (response.status_code, response["Location"]) == (302, "/search?bar=sex+%3D+male&find=breast#find")
    assert (
        'value="pick:condition:breast_cancer"' in visitor_client.get("/search?find=breast").content.decode()
    )


@pytest.fixture
def visitor_client(db: None) -> Client:
    return Client()


CONDITIONS = st.sampled_from(
    ["sex = male", "modality in (CT, MR)", "age_at_imaging < 40", "condition = lung_cancer with descendants"]
)
GROUPS = st.sampled_from(
    [
        "some series ({})",
        "not some series of the study ({})",
        "({} or sex is missing)",
        "not ({} and psa > 4)",
        "{}",
    ]
)
BARS = st.one_of(
    st.text(max_size=20),
    st.lists(st.builds(str.format, GROUPS, CONDITIONS), max_size=3).map(" and ".join),
)
PLACES = st.sampled_from(
    ["", "0", "1", "0.0", "0.1", "0.0.0", "0.1.1", "7.7", "-1", "0.any.0", "0.patient.1", "²"]
)
WORDS = st.sampled_from(
    ["modality:CT", "condition:lung_cancer:kinds", "sex", "any", "patient", "study", "all", "::"]
)
VERBS = ("add", "remove", "negate", "drop", "more", "turn", "group", "pick", "contains", "find", "text", "x")
BUTTONS = st.builds("{}:{}".format, st.sampled_from(VERBS), st.one_of(PLACES, WORDS, st.text(max_size=5)))
KNOWN = tuple(variable.name for variable in VOCABULARY.variables)
FIELDS = st.tuples(
    st.builds(
        "{}{}".format,
        st.sampled_from(KNOWN),
        st.sampled_from(["", ".is", ".from", ".to", ".words", ".kinds"]),
    ),
    st.one_of(
        st.sampled_from(
            ["is", "is_not", "except", "contains", "between", "less", "more", "CT", "40", "-1", "nan"]
        ),
        st.text(max_size=5),
    ),
)
OTHERS = st.one_of(
    st.tuples(st.just("bar"), BARS),
    st.tuples(st.just("do"), BUTTONS),
    st.tuples(st.just("active"), PLACES),
    st.tuples(
        st.just("into"),
        st.builds(
            "{}{}".format,
            st.sampled_from(["any", "all", "patient", "study", "x"]),
            st.sampled_from(["", ".0", ".1", ".9"]),
        ),
    ),
    st.tuples(st.sampled_from(["find", "text", "by", "sort", "order", "page", "q"]), st.text(max_size=10)),
    FIELDS,
)


@given(pairs=st.lists(OTHERS, max_size=8))
def test_any_address_leaves_bars_that_come_back_from_theirs(pairs: list[tuple[str, str]]) -> None:
    form = receive(QueryDict(urlencode(pairs, errors="surrogatepass")))
    if form.valid:
        again = receive(QueryDict(urlencode(form.bars.query())))
        assert (again.bars.text, again.text_problems) == (form.bars.text, ())


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pairs=st.lists(OTHERS, max_size=8), swapped=st.booleans())
@example(pairs=[("bar", "(((" * 30)], swapped=False)
@example(pairs=[("bar", "sex = male\0")], swapped=True)
@example(pairs=[("bar", " and ".join(["sex = male"] * 1001))], swapped=False)
@example(pairs=[("bar", " and ".join(["sex != male"] * 300))] * 2, swapped=False)
def test_any_address_is_answered_with_a_page(
    visitor_client: Client, pairs: list[tuple[str, str]], swapped: bool
) -> None:
    headers = {"HX-Request": "true"} if swapped else {}
    address = "/search?" + urlencode(pairs, errors="surrogatepass")
    response = visitor_client.get(address, headers=headers)
    assert response.status_code in (200, 302, 400)
    if response.status_code == 302:
        assert visitor_client.get(response["Location"]).status_code == 200
