"""This hub, told to anyone, and its nodes, told to members."""

from __future__ import annotations

from importlib.metadata import version

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from ninja import Router

from caimera.hub.federation.schemas import About, NodeList, NodeSummary
from caimera.people.access import MemberAuth
from caimera.vocabulary import VERSION
from caimera.web.problems import refusals

router = Router(tags=["federation"])


@router.get("/about", auth=None, response=About, summary="What this hub is")
def about(request: HttpRequest) -> About:
    """This hub, its software and where its members sign in."""
    site = settings.SITE
    return About(
        site=site.site_id,
        name=site.site_name,
        software=f"caimera {version('caimera')}",
        vocabulary=VERSION,
        issuer=site.oidc_issuer,
        client_id=site.cli_client_id,
    )


@router.get(
    "/nodes", auth=MemberAuth(), response={200: NodeList, **refusals(401, 403)}, summary="List the nodes"
)
def list_nodes(request: HttpRequest) -> NodeList:
    """Every enrolled node, whether it is there now, and what it can answer."""
    return NodeList(nodes=NodeSummary.every(now=timezone.now()))
