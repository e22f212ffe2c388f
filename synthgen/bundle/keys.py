"""Keys that sign releases: Ed25519 (Bernstein et al. 2012), as PEM files."""

import hashlib
import os

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from synthgen.errors import BundleError, ReadError
from synthgen.files.reading import read_whole
from synthgen.files.writing import replacing

MOST_BYTES = 2**16
"""Of the file of a key."""


def write_keys(private: str | os.PathLike[str], public: str | os.PathLike[str]) -> str:
    """Makes a pair of keys and writes both as PEM; the private one is readable for its owner only.

    Args:
        private: File of the key that signs; never replaced.
        public: File of the key that verifies, to be handed out.

    Returns:
        The fingerprint of the public key.

    Raises:
        BundleError: If there is a private key already.
        WriteError: If a file cannot be written.
    """
    if os.path.lexists(private):
        raise BundleError(f"{private} is there already, and what it signed needs it. Name another file.")
    key = Ed25519PrivateKey.generate()
    with replacing(private, private=True) as signs, replacing(public) as verifies:
        signs.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        verifies.write_bytes(
            key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        )
    return fingerprint(key.public_key())


def read_private_key(path: str | os.PathLike[str]) -> Ed25519PrivateKey:
    """Returns the key that signs.

    Raises:
        BundleError: If the file is absent or does not hold one Ed25519 private key without a password.
    """
    try:
        key = serialization.load_pem_private_key(_only_key(path), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise BundleError(f"{path} holds no private key without a password. `synthgen keys` makes one.") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise BundleError(f"{path} holds a key of another kind; Ed25519 is expected. `synthgen keys` makes one.")
    return key


def read_public_key(path: str | os.PathLike[str]) -> Ed25519PublicKey:
    """Returns the key that verifies.

    Raises:
        BundleError: If the file is absent or does not hold one Ed25519 public key.
    """
    try:
        key = serialization.load_pem_public_key(_only_key(path))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise BundleError(f"{path} holds no public key. Ask whoever signed for the file that `synthgen keys` made.") \
            from error  # fmt: skip
    if not isinstance(key, Ed25519PublicKey):
        raise BundleError(f"{path} holds a key of another kind; Ed25519 is expected.")
    return key


def _only_key(path: str | os.PathLike[str]) -> bytes:
    """What the file of a key holds. Of several keys only the first would count, whichever was meant."""
    content = read_bytes(path)
    if content.count(b"-----BEGIN") > 1:
        raise BundleError(f"{path} holds several keys. Keep the one that is meant in a file of its own.")
    return content


def fingerprint(key: Ed25519PublicKey) -> str:
    """Returns the first sixteen letters of the SHA-256 of a public key, to compare by eye or telephone."""
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()[:16]


def read_bytes(path: str | os.PathLike[str], *, most: int = MOST_BYTES, follow: bool = True) -> bytes:
    """Returns what a plain file holds; nothing else is opened, since a pipe may keep its reader waiting for ever.

    Args:
        path: Of the file.
        most: Bytes that it may hold.
        follow: Whether a symbolic link may lead there.

    Raises:
        BundleError: If it cannot be read, is no file, or is too large.
    """
    try:
        return read_whole(path, most=most, follow=follow)
    except ReadError as error:
        raise BundleError(str(error)) from error
    except OSError as error:
        raise BundleError(f"{path} cannot be read: {os.strerror(error.errno or 0)}.") from error
