"""The nodes of the federation: enrolment, presence, asking and hearing."""
