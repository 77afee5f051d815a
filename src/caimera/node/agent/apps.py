"""The Django application `agent`."""

from django.apps import AppConfig


class AgentConfig(AppConfig):
    """The hub this node trusts, what was heard from it, and how the agent is doing."""

    name = "caimera.node.agent"
    label = "agent"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let operators see how the agent is doing."""
        from caimera.node.agent import health, metrics
        from caimera.web.health import register_check

        register_check("agent", health.agent_problem)
        metrics.register()
