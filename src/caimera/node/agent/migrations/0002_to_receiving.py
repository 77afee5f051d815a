"""The letters that were taken and refused move to the room both sites share."""

from __future__ import annotations

from django.db import migrations

MOVE = """
INSERT INTO receiving_usednonce (site, nonce, expires_at) SELECT site, nonce, expires_at FROM agent_usednonce;
INSERT INTO receiving_refusal (site, code, count, told_at) SELECT '', code, count, told_at FROM agent_refusal;
"""
BACK = """
INSERT INTO agent_usednonce (site, nonce, expires_at) SELECT site, nonce, expires_at FROM receiving_usednonce;
INSERT INTO agent_refusal (code, count, told_at) SELECT code, count, told_at FROM receiving_refusal;
DELETE FROM receiving_usednonce;
DELETE FROM receiving_refusal;
"""


class Migration(migrations.Migration):
    dependencies = (("agent", "0001_initial"), ("receiving", "0001_initial"))
    operations = (
        migrations.RunSQL(MOVE, BACK),
        migrations.DeleteModel("UsedNonce"),
        migrations.DeleteModel("Refusal"),
    )
