"""What can go wrong between this node and the federation.

AgentError
├── NoHubTrusted      no hub's card is stored yet
└── MessageRefused    a message was opened and must not count
    ├── Replayed      it counted before
    └── NoHandler     nobody here takes such messages
"""


class AgentError(Exception):
    """The root of this room's errors."""


class NoHubTrusted(AgentError):
    """No hub's card is stored yet."""

    def __init__(self) -> None:
        super().__init__(
            "This node trusts no hub yet. Get the hub's card and run `caimera node trust CARD_FILE`."
        )


class MessageRefused(AgentError):
    """A message was opened and must not count."""

    code = "refused"


class Replayed(MessageRefused):
    """It counted before."""

    code = "replayed"

    def __init__(self, issuer: str) -> None:
        super().__init__(f"A message of {issuer} arrived a second time; the first one counted.")


class NoHandler(MessageRefused):
    """Nobody here takes such messages."""

    code = "no_handler"

    def __init__(self, message_type: str) -> None:
        super().__init__(f"This node takes no messages of type {message_type}.")
