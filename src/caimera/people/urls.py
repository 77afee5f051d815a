"""Addresses of signing in and out, and of membership."""

from django.urls import path

from caimera.people import membership_views, organisation_views, own_views, policy_views, role_views, views

app_name = "people"

urlpatterns = [
    path("sign-in", views.sign_in, name="sign-in"),
    path("sign-in/callback", views.callback, name="callback"),
    path("sign-out", views.sign_out, name="sign-out"),
    path("me", views.about_me, name="about-me"),
    path("me.json", views.about_me_as_json, name="about-me-as-json"),
    path("me/forget", views.forget_me, name="forget-me"),
    path("me/profile", own_views.profile, name="profile"),
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
