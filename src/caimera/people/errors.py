"""What can go wrong around persons.

PeopleError
├── NotAGroup            the text is no group entitlement (AARC-G069)
├── TokenRefused         the bearer token opens nothing here
│   └── OwnTokenRefused  the same of one that this site gave
├── LogoutRefused        the login service's word that a session is over is not to be believed
├── ActRefused           what somebody wants to do about persons cannot be done (422)
│   └── Overtaken        it cannot be done any more: somebody was faster (409)
└── SignInProblem        the person cannot be signed in
    ├── LoginUnreachable the login service does not answer
    ├── LoginRefused     the login service is none this site may trust, or does not know this site
    ├── SignInDeclined   the person, or the login service, said no
    ├── SignInMixedUp    the answer belongs to no sign-in begun in this browser
    ├── NotStrongEnough  the login service did not prove who they are as strongly as was asked
    ├── SomebodyElse     who came back is not who went away
    ├── IdentityUnlinked the login was once linked to an account here, and no longer is
    └── IdentityRefused  what the login service said about the person does not hold together

The message of an error is for the log; `sentence` is for the person and tells them what to do next.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class PeopleError(Exception):
    """Something is wrong about who somebody is."""


class NotAGroup(PeopleError, ValueError):
    """The text is no group entitlement (AARC-G069)."""


class TokenRefused(PeopleError):
    """The bearer token opens nothing here: unknown, expired, revoked, or given to another client."""

    sentence: Promise = _("The access token is not valid here. Sign in again with `caimera login`.")


class OwnTokenRefused(TokenRefused):
    """The same of a token that this site gave."""

    sentence = _("The token has ended, was revoked, or its person has not signed in for 30 days.")


class LogoutRefused(PeopleError):
    """A logout token is forged, for somebody else, too old, or was heard before."""


class ActRefused(PeopleError):
    """What somebody wants to do about persons cannot be done; the message tells them why and what to do."""

    status: int = 422


class Overtaken(ActRefused):
    """It could be done a moment ago; somebody was faster."""

    status = 409


class SignInProblem(PeopleError):
    """The person cannot be signed in."""

    status: int = 400
    sentence: Promise = _("You could not be signed in. Try again.")


class LoginUnreachable(SignInProblem):
    """The login service does not answer."""

    status = 503
    sentence = _("The login service does not answer at the moment. Try again in a few minutes.")


class LoginRefused(SignInProblem):
    """The login service is none this site may trust, or it does not know this site."""

    status = 502
    sentence = _(
        "This site and the login service do not agree about each other. "
        "This is not your fault: tell the operator of this site."
    )


class SignInDeclined(SignInProblem):
    """The person, or the login service, said no."""

    status = 403
    sentence = _(
        "The sign-in was cancelled or refused at the login service. Try again if you did not mean to."
    )


class SignInMixedUp(SignInProblem):
    """The answer belongs to no sign-in begun in this browser, or came a second time."""

    sentence = _(
        "This sign-in was not begun in this browser, is too old or was used before. "
        "Begin again, and allow cookies for this site."
    )


class IdentityRefused(SignInProblem):
    """What the login service said about the person does not hold together."""

    status = 403
    sentence = _(
        "What the login service said about you could not be verified, so you are not signed in. "
        "Try again; if it happens twice, tell the operator of this site."
    )


class NotStrongEnough(SignInProblem):
    """The login service did not prove who they are as strongly, or as lately, as was asked."""

    status = 403
    sentence = _(
        "The login service did not confirm a second factor, or did not ask you anew, so nothing was done. "
        "Set up a second factor there, or sign in by an institution that has one, and try again."
    )


class SomebodyElse(SignInProblem):
    """Who came back from the login service is not who went there."""

    status = 403
    sentence = _(
        "You came back from the login service as somebody else than you were here, so nothing was done. "
        "Try again with the login you are signed in with."
    )


class IdentityUnlinked(SignInProblem):
    """The login was once linked to an account here, and was unlinked."""

    status = 403
    sentence = _(
        "This login was unlinked from the account it belonged to. Sign in with another login of that "
        "account; there it can be linked again."
    )
