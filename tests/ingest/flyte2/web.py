"""A real web server process on the test database, plain or with TLS, and a wait for it."""

from __future__ import annotations

import datetime
import ipaddress
import os
import socket
import ssl
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.workers import ROOT, database_url


@dataclass(frozen=True)
class Certificates:
    authority: Path
    server: Path
    key: Path


def eventually(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Return when the condition holds; it is looked at twenty times a second."""
    pause = threading.Event()
    for _ in range(int(seconds * 20)):
        if condition():
            return
        pause.wait(0.05)
    raise TimeoutError(f"it does not hold after {seconds} seconds")


@contextmanager
def web(certificates: Certificates | None = None, **variables: str) -> Iterator[str]:
    """The address of a server that runs until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"]
    command += ["--host", "127.0.0.1", "--port", port, "--blocking-threads", "8"]
    if certificates:
        command += ["--ssl-certificate", str(certificates.server)]
        command += ["--ssl-keyfile", str(certificates.key)]
    environment = os.environ | {"DATABASE_URL": database_url()} | variables
    scheme = "https" if certificates else "http"
    address = f"{scheme}://localhost:{port}"
    trusted = certificates and ssl.create_default_context(cafile=certificates.authority)
    process = subprocess.Popen([*command, "linkhub.wsgi:application"], cwd=ROOT, env=environment)
    try:
        eventually(lambda: answers(f"{address}/healthz", trusted))
        yield address
    finally:
        process.terminate()
        process.wait(30)


def answers(url: str, trusted: ssl.SSLContext | None) -> bool:
    try:
        with urllib.request.urlopen(url, context=trusted, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError):
        return False


def make_certificates(folder: Path) -> Certificates:
    """An authority of our own, and a server's certificate for this machine."""
    authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "LinkHub tests")])
    server = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    issued = (
        _certificate(authority, authority, authority_key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(authority_key, hashes.SHA256()),
        _certificate(server, authority, key)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(authority_key, hashes.SHA256()),
    )
    found = Certificates(folder / "authority.pem", folder / "server.pem", folder / "key.pem")
    for path, each in zip((found.authority, found.server), issued, strict=True):
        path.write_bytes(each.public_bytes(serialization.Encoding.PEM))
    found.key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return found


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
    )
