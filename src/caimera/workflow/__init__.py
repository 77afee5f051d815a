"""Transition tables as versioned data: states, events, roles, forms, deadlines."""

from caimera.workflow.calendar import Calendar
from caimera.workflow.errors import (
    NotReady,
    Refused,
    TableBroken,
    UnknownEvent,
    UnknownWorkflow,
    WorkflowError,
    WrongRole,
    WrongState,
)
from caimera.workflow.model import CLOCK, Deadline, Role, State, Transition, Workflow
from caimera.workflow.tables import read, workflow, workflows

__all__ = [
    "CLOCK",
    "Calendar",
    "Deadline",
    "NotReady",
    "Refused",
    "Role",
    "State",
    "TableBroken",
    "Transition",
    "UnknownEvent",
    "UnknownWorkflow",
    "Workflow",
    "WorkflowError",
    "WrongRole",
    "WrongState",
    "read",
    "workflow",
    "workflows",
]
