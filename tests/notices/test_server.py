"""The line to the mail server: secured, signed in to, and what its settings may not be."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import ValidationError
from pytest_django import Settings

from caimera.hub.settings.site import HubSettings
from caimera.notices.actions import tell
from caimera.notices.models import Letter
from caimera.notices.queries import mail_state
from caimera.notices.sending import send_waiting
from caimera.people.models import Person
from caimera.secrets import FileStore
from tests.notices.conftest import send_to
from tests.notices.mail_server import MailServer, secured

pytestmark = pytest.mark.django_db


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for localhost, with its key, that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "mail.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def careful(settings: Settings, certificate: Path) -> Iterator[MailServer]:
    """A server that wants TLS, and then a name and password."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    server = secured(context)
    server.start()
    send_to(settings, server, mail_host="localhost", mail_tls="starttls", mail_user="hub")
    yield server
    server.close()


@pytest.fixture
def password(settings: Settings) -> FileStore:
    store = FileStore(settings.SITE.secrets_file, settings.SITE.secrets_key_file)
    store.put("mail_password", b"open sesame")
    return store


@pytest.mark.usefixtures("password")
def test_the_password_goes_over_tls_to_a_server_that_is_vouched_for(
    careful: MailServer, certificate: Path, rosa: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    tell(kind="membership", event="refused", people=[rosa])
    assert send_waiting() == 1
    assert careful.passwords == [(True, b"hub", b"open sesame")]
    assert careful.to() == [rosa.email]


@pytest.mark.usefixtures("password")
def test_a_server_nobody_vouches_for_gets_neither_password_nor_letter(
    careful: MailServer, rosa: Person
) -> None:
    tell(kind="membership", event="refused", people=[rosa])
    assert send_waiting() == 0
    assert "certificate verify failed" in mail_state().post.problem
    assert (careful.passwords, careful.letters, Letter.objects.get().attempts) == ([], [], 0)


def test_a_wrong_password_is_told_and_not_shown(
    careful: MailServer,
    certificate: Path,
    password: FileStore,
    rosa: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    password.put("mail_password", b"close sesame")
    tell(kind="membership", event="refused", people=[rosa])
    assert send_waiting() == 0
    assert mail_state().post.problem.startswith("535 ")
    assert "sesame" not in mail_state().post.problem
    assert len(careful.passwords) >= 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"mail_host": "mail.example"}, "mail_sender"),
        ({"mail_host": "mail.example", "mail_sender": "a@b\r\nBcc: c@d"}, "mail_sender"),
        ({"mail_user": "hub", "mail_tls": "none"}, "mail_user"),
        ({"mail_tls": "perhaps"}, "mail_tls"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(wrong: dict[str, str], said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        HubSettings(**wrong)  # type: ignore[arg-type]
    assert [problem["loc"] for problem in refused.value.errors()] == [(said,)]
