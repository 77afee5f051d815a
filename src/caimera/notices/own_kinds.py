"""The kinds of notices about people themselves: membership, roles, tokens, sign-ins, policies, the mail."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from caimera.notices.kinds import Kind, Says

_DECISION = _("It is a decision about you.")
_SECURITY = _("It is how you notice that somebody else acts in your name.")

MEMBERSHIP = Kind(
    name="membership",
    label=_("Decisions about your membership"),
    help=_("When your application is accepted, refused or sent back, and when your membership ends."),
    always=_DECISION,
    events={
        "accepted": Says(
            _("You are a member"), _("Your application was accepted. You are a member until %(until)s.")
        ),
        "refused": Says(
            _("Your application was refused"),
            _(
                "Your application to become a member was refused. The reason is on the page; you can "
                "apply again."
            ),
        ),
        "returned": Says(
            _("A question about your application"),
            _("Your application to become a member came back with a question. Answer it, and send it again."),
        ),
        "lapsed": Says(
            _("Your application has ended"),
            _("Your application to become a member has ended, because a question about it was not answered."),
        ),
        "ended": Says(
            _("Your membership was ended"),
            _("Your membership was ended by an operator. The reason is on the page; you can apply again."),
        ),
        "expired": Says(
            _("Your membership has ended"),
            _("Your membership has ended, as its time was over. You can apply again at any time."),
        ),
    },
)

MEMBERSHIP_ENDS = Kind(
    name="membership-ends",
    label=_("Reminders that your membership ends"),
    help=_("Thirty and seven days before, and on the day."),
    events={
        "30": Says(
            _("Your membership ends in a month"),
            _("Your membership ends on %(until)s. You can renew it for another year now."),
        ),
        "7": Says(
            _("Your membership ends in a week"),
            _("Your membership ends on %(until)s. Renew it until then to stay a member."),
        ),
        "0": Says(_("Your membership ends today"), _("Your membership ends today, %(until)s. Renew it now.")),
    },
)

APPLICATIONS = Kind(
    name="applications",
    label=_("Applications to become a member"),
    help=_("When somebody applies, answers a question, withdraws, or leaves."),
    permission="members.decide",
    events={
        "applied": Says(
            _("Somebody applied to become a member"), _("Somebody applied to become a member, and waits.")
        ),
        "answered": Says(
            _("An applicant answered"), _("Somebody answered a question about their application, and waits.")
        ),
        "withdrawn": Says(_("An application was withdrawn"), _("Somebody withdrew their application.")),
        "left": Says(_("A member left"), _("Somebody who was a member has left.")),
    },
)

ROLES_TO_CONFIRM = Kind(
    name="roles-to-confirm",
    label=_("Roles that wait for a second operator"),
    help=_("When another operator asks for a role to be given, and needs you to confirm it."),
    permission="roles.give",
    events={
        "asked": Says(
            _("A role waits to be confirmed"),
            _(
                "An operator asks that somebody be given the role: %(role)s. Another operator has to "
                "confirm it."
            ),
        )
    },
)

ROLES_ASKED = Kind(
    name="roles-asked",
    label=_("What became of roles you asked for"),
    help=_("When another operator confirms or declines a role that you asked to be given."),
    permission="roles.give",
    events={
        "confirmed": Says(
            _("A role you asked for was confirmed"),
            _("Another operator confirmed what you asked for. Somebody now has the role: %(role)s."),
        ),
        "declined": Says(
            _("A role you asked for was declined"),
            _("Another operator declined to give somebody the role: %(role)s. The reason is in the trail."),
        ),
    },
)

RIGHTS = Kind(
    name="rights",
    label=_("Rights given to you and taken from you"),
    help=_(
        "When a role is given to you or taken away, and when you begin or cease to speak for an organisation."
    ),
    always=_SECURITY,
    events={
        "given": Says(_("You were given a role"), _("You have the role: %(role)s, until %(until)s.")),
        "taken": Says(_("A role was taken from you"), _("You no longer have the role: %(role)s.")),
        "appointed": Says(
            _("You speak for an organisation"),
            _(
                "You were made a delegate: you speak for an organisation at this site, and see the uses "
                "of its data."
            ),
        ),
        "dismissed": Says(
            _("You no longer speak for an organisation"),
            _("You are no longer the delegate of an organisation at this site."),
        ),
    },
)

ROLE_ENDS = Kind(
    name="role-ends",
    label=_("Reminders that a role of yours ends"),
    help=_("Thirty and seven days before, on the day, and when it has ended."),
    events={
        "30": Says(
            _("A role of yours ends in a month"),
            _("You have the role %(role)s until %(until)s. Ask if you need it longer."),
        ),
        "7": Says(
            _("A role of yours ends in a week"),
            _("You have the role %(role)s until %(until)s. Ask if you need it longer."),
        ),
        "0": Says(_("A role of yours ends today"), _("You have the role %(role)s for the last day today.")),
        "ended": Says(
            _("A role of yours has ended"), _("You no longer have the role %(role)s: its time was over.")
        ),
    },
)

SECURITY = Kind(
    name="security",
    label=_("Sign-ins, logins and tokens"),
    help=_(
        "When you sign in from a network you were never seen in, when a login is linked or "
        "unlinked, and when a token is made."
    ),
    always=_SECURITY,
    events={
        "new-place": Says(
            _("You signed in from a new place"),
            _(
                "Somebody signed in as you from a network this site has not seen you in. If it was not "
                "you, sign out everywhere and tell the operator."
            ),
        ),
        "linked": Says(
            _("A login was linked to your account"),
            _(
                "One more login can now be used to sign in as you. If you did not link it, unlink it and "
                "sign out everywhere."
            ),
        ),
        "unlinked": Says(
            _("A login was unlinked from your account"),
            _(
                "A login can no longer be used to sign in as you. If that was not you, sign out "
                "everywhere and tell the operator."
            ),
        ),
        "token-made": Says(
            _("A token was made in your name"),
            _(
                "A token was made with which a program can act as you, until %(until)s. If that was not "
                "you, revoke it."
            ),
        ),
    },
)

TOKEN_ENDS = Kind(
    name="token-ends",
    label=_("Reminders that a token of yours ends"),
    help=_("Seven days before, and on the day."),
    events={
        "7": Says(
            _("A token of yours ends in a week"),
            _("A token of yours ends on %(until)s. Make another one if a program still needs it."),
        ),
        "0": Says(
            _("A token of yours ends today"),
            _("A token of yours ends today. Make another one if a program needs it."),
        ),
    },
)

POLICIES = Kind(
    name="policies",
    label=_("Changes of the policies you accepted"),
    help=_("When there is a new version of a policy; you are asked to accept it when you next sign in."),
    events={
        "changed": Says(
            _("A policy has changed"),
            _(
                "There is a new version of the policy: %(policy)s. You are asked to accept it when you "
                "next use this site."
            ),
        )
    },
)

MAIL_TEST = Kind(
    name="mail-test",
    label=_("The test of this site's mail"),
    help=_("When you try on the page of the mail whether it goes out."),
    permission="mail.keep",
    always=_("You asked for it."),
    events={
        "sent": Says(
            _("This is a test"), _("You asked for this letter to see whether the mail of this site goes out.")
        )
    },
)

ALL = (
    MEMBERSHIP,
    MEMBERSHIP_ENDS,
    RIGHTS,
    ROLE_ENDS,
    SECURITY,
    TOKEN_ENDS,
    POLICIES,
    APPLICATIONS,
    ROLES_TO_CONFIRM,
    ROLES_ASKED,
    MAIL_TEST,
)
