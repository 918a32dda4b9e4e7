"""A cure for slow migrations: hash one constant once.

django-crypto-fields hashes the text "Foo" with 100,000 rounds of PBKDF2 in every encrypted field
that is instantiated, to learn how long a hash is. Migrations clone fields thousands of times, and
so spend more than a minute on that one constant. Remembering it changes no hash that is stored.
"""

from collections.abc import Callable
from functools import cache, wraps
from typing import Any

from django_crypto_fields import utils

CONSTANT = "Foo"


def remember_constant_hash() -> None:
    """Make django-crypto-fields hash its constant once per salt key.

    Has to be called before any model is loaded.
    """
    make_hash: Callable[[Any, bytes], bytes | None] = utils.make_hash
    if hasattr(make_hash, "__wrapped__"):
        return

    @cache
    def hash_of_constant(salt_key: bytes) -> bytes | None:
        return make_hash(CONSTANT, salt_key)

    @wraps(make_hash)
    def remembering_make_hash(value: Any, salt_key: bytes) -> bytes | None:
        return hash_of_constant(salt_key) if value == CONSTANT else make_hash(value, salt_key)

    utils.make_hash = remembering_make_hash
