"""Addresses of signing in and out, and of membership."""

from django.urls import path

from caimera.people import (
    identity_views,
    membership_views,
    organisation_views,
    own_views,
    policy_views,
    role_views,
    sign_in_views,
    views,
)

app_name = "people"

urlpatterns = [
    path("sign-in", sign_in_views.sign_in, name="sign-in"),
    path("sign-in/callback", sign_in_views.callback, name="callback"),
    path("sign-in/step-up", sign_in_views.step_up, name="step-up"),
    path("backchannel-logout", sign_in_views.backchannel_logout, name="backchannel-logout"),
    path("sign-out", views.sign_out, name="sign-out"),
    path("me", views.about_me, name="about-me"),
    path("me.json", views.about_me_as_json, name="about-me-as-json"),
    path("me/forget", views.forget_me, name="forget-me"),
    path("me/profile", own_views.profile, name="profile"),
    path("me/identities", identity_views.identities, name="identities"),
    path("me/identities/link", identity_views.begin_link, name="begin-link"),
    path("me/identities/confirm", identity_views.confirm_link, name="confirm-link"),
    path("me/identities/finish", identity_views.finish_link, name="finish-link"),
    path("me/identities/<uuid:identity_id>/unlink", identity_views.remove, name="unlink"),
    path("me/tokens", own_views.tokens, name="tokens"),
    path("me/tokens/<uuid:token_id>/revoke", own_views.revoke, name="revoke-token"),
    path("me/sign-out-everywhere", own_views.sign_out_everywhere, name="sign-out-everywhere"),
    path("organisations", organisation_views.organisations, name="organisations"),
    path("organisations/keep", organisation_views.keep, name="keep-organisations"),
    path("roles", role_views.roles, name="roles"),
    path("roles/holders", role_views.holders, name="role-holders"),
    path("roles/give", role_views.give, name="role-give"),
    path("roles/grants/<uuid:grant_id>", role_views.change, name="role-change"),
    path("membership", membership_views.membership, name="membership"),
    path("membership/apply", membership_views.apply, name="apply"),
    path("membership/step", membership_views.own_step, name="membership-step"),
    path("memberships", membership_views.memberships, name="memberships"),
    path("memberships/<uuid:membership_id>", membership_views.one_membership, name="one-membership"),
    path("memberships/<uuid:membership_id>/decide", membership_views.decide, name="decide-membership"),
    path("policies", policy_views.all_policies, name="policies"),
    path("policies/accept", policy_views.accept, name="accept-policies"),
    path("policies/<slug:name>", policy_views.one_policy, name="policy"),
    path("policies/<slug:name>/<int:version>", policy_views.one_policy, name="policy-version"),
]
