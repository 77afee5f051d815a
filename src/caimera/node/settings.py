"""The Django settings of a node."""

from caimera.node.site import NodeSettings
from caimera.web.site import django_settings, load

globals().update(
    django_settings(
        load(NodeSettings),
        apps=(
            "caimera.web",
            "caimera.audit",
            "caimera.people",
            "caimera.node.datasets",
            "caimera.node.agent",
        ),
        urlconf="caimera.node.urls",
    )
)
