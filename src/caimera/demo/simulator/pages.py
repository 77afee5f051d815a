"""The simulator's pages: choose a persona, enter a device's code, read what went wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

from caimera.demo.simulator.personas import CROWD, Persona

_STYLE = """
body { font: 1.125rem/1.5 system-ui, sans-serif; color: #1c1c1c; background: #fff; margin: 2rem auto;
       max-width: 42rem; padding: 0 1rem }
.notice { border: 2px solid #7a4b00; background: #fff6e5; padding: .75rem 1rem }
fieldset { border: 1px solid #767676; margin: 1.5rem 0; padding: 1rem }
button, input { font: inherit; padding: .6rem 1rem; margin: .3rem 0; border: 2px solid #1b4b8a }
button { display: block; width: 100%; text-align: left; color: #1c1c1c; background: #eef4fc; cursor: pointer }
button:focus-visible, input:focus-visible { outline: 3px solid #1c1c1c; outline-offset: 2px }
"""

_NOTICE = """<p class="notice"><strong>This is a simulator.</strong> It stands in for the Life Science Login
in the Caimera demo. Nobody here exists, and there is no password: choose whom to be.</p>"""


def page(title: str, content: str) -> str:
    """A whole page with `content`, which must already be safe HTML."""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{escape(title)} · Life Science Login simulator</title>
<style>{_STYLE}</style>
</head>
<body><main>
<h1>{escape(title)}</h1>
{_NOTICE}
{content}
</main></body>
</html>
"""


_STRONG = """<p>The site asks for a second factor. Here it is confirmed by choosing.</p>
<p><label><input type="checkbox" name="level" value="one-factor">
I have none: sign in with a single factor</label></p>
"""


def choose_persona(
    personas: Iterable[Persona],
    asking: str,
    fields: Mapping[str, str],
    method: str = "get",
    *,
    strong: bool = False,
) -> str:
    """One button a persona, without the crowd; the form sends `fields` along, the choice is `login_hint`.

    Where a site asks for a `strong` sign-in, a persona may also say that they have no second factor.
    """
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in fields.items()
    )
    buttons = "\n".join(
        f'<button name="login_hint" value="{escape(person.id)}"><strong>{escape(person.name)}</strong><br>'
        f"{escape(person.role)}</button>"
        for person in personas
        if person.id not in CROWD
    )
    refuse = '\n<button name="login_hint" value="">Refuse</button>' if method == "post" else ""
    return page(
        "Choose a persona",
        f'<form method="{method}">{hidden}<fieldset><legend>Sign in to {escape(asking)} as</legend>\n'
        f"{_STRONG if strong else ''}{buttons}{refuse}</fieldset></form>",
    )


def enter_code(typed: str = "") -> str:
    """The form for a device's code; `typed` is a code that was not found."""
    problem = (
        f'<p id="problem" role="alert">No device is waiting with the code “{escape(typed)}”. '
        "Check it and try again, or start the sign-in once more on the device.</p>"
        if typed
        else ""
    )
    tied = ' aria-describedby="problem" aria-invalid="true"' if typed else ""
    return page(
        "Enter the code shown on your device",
        f'<form method="get">{problem}<label for="user_code">Code, for example BCDF-GHJK</label><br>'
        f'<input id="user_code" name="user_code" autocomplete="off" required{tied}>'
        "<button>Continue</button></form>",
    )


def message(title: str, sentence: str) -> str:
    return page(title, f"<p>{escape(sentence)}</p>")
