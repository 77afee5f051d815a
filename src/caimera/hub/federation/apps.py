"""The Django application `federation`."""

from django.apps import AppConfig


class FederationConfig(AppConfig):
    """The nodes of the federation."""

    name = "caimera.hub.federation"
    label = "federation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from caimera.audit.keeping import TURN
        from caimera.hub.federation import (
            actions,
            duties,
            handlers,
            members,
            metrics,
            notices,
            queries,
            trail,
        )
        from caimera.hub.federation.duties import Duty
        from caimera.notices.actions import CHANNEL
        from caimera.notices.keeping import REMIND_EVERY, SEND_EVERY
        from caimera.people import revoking
        from caimera.protocol.messages import Presence, TrailCheckpoint, TrailCosignature
        from caimera.web.health import register_check

        handlers.register(Presence, actions.hear_presences)
        handlers.register(TrailCheckpoint, trail.hear_checkpoints)
        handlers.register(TrailCosignature, trail.hear_cosignatures)
        duties.register(Duty("the trail is kept", trail.keep_trail, every=TURN))
        duties.register(Duty("memberships end in time", members.end_memberships, every=members.EVERY))
        duties.register(
            Duty(
                "tokens are let go",
                members.let_tokens_go,
                every=revoking.LOOK_EVERY,
                channel=revoking.CHANNEL,
            )
        )
        duties.register(Duty("letters go out", notices.send_letters, every=SEND_EVERY, channel=CHANNEL))
        duties.register(Duty("people are reminded", notices.keep_notices, every=REMIND_EVERY))
        register_check("worker", queries.worker_problem)
        metrics.register()
