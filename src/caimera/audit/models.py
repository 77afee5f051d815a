"""The records, what is in the tree of them, and what others say of it."""

from django.contrib.postgres.indexes import BrinIndex, GinIndex
from django.db import models
from django.db.models import Func, Q
from django.db.models.functions import Cast, Now


class NewSalt(Func):
    """32 bytes that nobody can guess, 244 bits of them random, made by the database for each row."""

    template = "(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))"
    arity = 0
    output_field = models.BinaryField()


class TransactionId(Func):
    """The number of the transaction under way."""

    function = "pg_current_xact_id"
    arity = 0
    output_field = models.TextField()


class Record(models.Model):
    """One act, as it is remembered; the database refuses to change it, and to remove it but by erasing.

    `txid` is the transaction of the act: when all up to it have ended, none can come before it any more.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_default=Now(), editable=False)
    act = models.CharField(max_length=100)
    actor = models.CharField(max_length=300)
    object = models.CharField(max_length=300, blank=True)
    detail = models.JSONField(default=dict, blank=True)
    request_id = models.CharField(max_length=100, blank=True)
    salt = models.BinaryField(db_default=NewSalt(), editable=False)
    txid = models.BigIntegerField(
        db_default=Cast(Cast(TransactionId(), models.TextField()), models.BigIntegerField()), editable=False
    )

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("actor", "-id"), name="audit_by_actor"),
            models.Index(fields=("object", "-id"), name="audit_by_object"),
            models.Index(fields=("act", "-id"), name="audit_by_act"),
            models.Index(fields=("txid",), name="audit_by_txid"),
            models.Index(fields=("request_id", "-id"), name="audit_by_request", condition=~Q(request_id="")),
            GinIndex(fields=("detail",), name="audit_by_detail"),
            BrinIndex(fields=("at",), name="audit_by_time", autosummarize=True),
        )

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.actor} {self.act} {self.object}".rstrip()


class Leaf(models.Model):
    """A record's place in the tree. `text` is null once it has expired; the hash stays for ever."""

    position = models.BigIntegerField(primary_key=True)
    record_id = models.BigIntegerField(unique=True)
    text = models.TextField(null=True)
    hash = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.position} {bytes(self.hash).hex()}"


class PersonKey(models.Model):
    """The key of a person's pseudonym at this site; without it, nobody can tell whose it was."""

    name = models.CharField(primary_key=True, max_length=300)
    key = models.BinaryField()

    def __str__(self) -> str:
        return self.name


class Checkpoint(models.Model):
    """What this site signed of its tree; `frontier` is what the tree goes on from (32 bytes a hash)."""

    size = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(db_default=Now(), editable=False)
    note = models.TextField()
    frontier = models.BinaryField()

    class Meta:
        ordering = ("size",)

    def __str__(self) -> str:
        return f"checkpoint of {self.size}"


class Cosignature(models.Model):
    """Another site's signature under one of this site's checkpoints."""

    id = models.BigAutoField(primary_key=True)
    size = models.BigIntegerField()
    site = models.CharField(max_length=41)
    line = models.TextField()
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("size", "site"), name="audit_one_cosignature"),)

    def __str__(self) -> str:
        return f"checkpoint of {self.size} cosigned by {self.site}"


class Witness(models.Model):
    """A site that cosigns this one's checkpoints: its key, the size it knows, a size it doubts (0: none)."""

    site = models.CharField(primary_key=True, max_length=41)
    key = models.TextField()
    known_size = models.BigIntegerField(default=0)
    doubted_size = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.site} knows {self.known_size}"


class Witnessed(models.Model):
    """A site whose checkpoints this one cosigns: its log's key, the last one taken, the last refused."""

    site = models.CharField(primary_key=True, max_length=41)
    key = models.TextField()
    size = models.BigIntegerField()
    note = models.TextField()
    refused = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.site} at {self.size}"
