"""Why the simulator says no.

OAuthError            answered as RFC 6749 (5.2) JSON, or carried to the client's redirect address
├── UnsafeRequest     the client or its redirect address is not known: shown as a page, never redirected
├── InvalidClient     the client did not prove who it is (401)
└── InvalidToken      the bearer token is absent, wrong, expired or revoked (401)
"""

from __future__ import annotations


class OAuthError(Exception):
    """`code` is the error code of RFC 6749, 6750, 8628 or OpenID Connect; `description` is a sentence."""

    status = 400

    def __init__(self, code: str, description: str) -> None:
        super().__init__(f"{code}: {description}")
        self.code = code
        self.description = description


class UnsafeRequest(OAuthError):
    """Nobody to send back to."""

    def __init__(self, description: str) -> None:
        super().__init__("invalid_request", description)


class InvalidClient(OAuthError):
    """RFC 6749, 5.2."""

    status = 401

    def __init__(self, description: str) -> None:
        super().__init__("invalid_client", description)


class InvalidToken(OAuthError):
    """RFC 6750, 3.1."""

    status = 401

    def __init__(self, description: str) -> None:
        super().__init__("invalid_token", description)
