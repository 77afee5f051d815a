"""A small site: one page and one API route of each kind."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from ninja import NinjaAPI

from caimera.people.access import MemberAuth, SignedInAuth, member, signed_in


@signed_in
def private_page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.user.name)


@member
def member_page(request: HttpRequest, number: int) -> HttpResponse:
    return HttpResponse(f"{request.user.name} {number}")


@signed_in
async def private_page_async(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.user.name)


@member
async def member_page_async(request: HttpRequest, number: int) -> HttpResponse:
    return HttpResponse(f"{request.user.name} {number}")


api = NinjaAPI(urls_namespace="people-tests", docs_url=None)


def name(request: Any) -> str:
    return request.user.name


async def name_async(request: Any) -> str:
    return request.user.name


api.get("/private", auth=SignedInAuth())(name)
api.post("/private", auth=SignedInAuth())(name)
api.get("/member", auth=MemberAuth())(name)
api.post("/member", auth=MemberAuth())(name)
api.get("/member-async", auth=MemberAuth())(name_async)

urlpatterns = [
    path("", include("caimera.people.urls")),
    path("private", private_page, name="private"),
    path("member/<int:number>", member_page, name="member"),
    path("private-async", private_page_async, name="private-async"),
    path("member-async/<int:number>", member_page_async, name="member-async"),
    path("api/", api.urls),
]
