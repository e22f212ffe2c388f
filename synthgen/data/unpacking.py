"""How much a file may unpack to: a small file can stand for more than any memory holds."""

DEFLATE = 1040
"""More than deflate, which gzip, zip and PNG use, can make of a byte (zlib's own bound is 1032)."""

SUSPICIOUS = 200
"""Times a file's size, beyond what tables and pictures unpack to."""


def unpacks_too_far(*, packed: int, unpacked: int, least: int) -> bool:
    """Returns whether a file says that it unpacks to so much more than its own size that it would fill the memory.

    Args:
        packed: Bytes of the file.
        unpacked: Bytes that it unpacks to.
        least: Bytes up to which anything may unpack.

    Example:
        >>> [unpacks_too_far(packed=packed, unpacked=10**9, least=2**28) for packed in (10**6, 10**8)]
        [True, False]
    """
    return unpacked > max(least, SUSPICIOUS * packed)
