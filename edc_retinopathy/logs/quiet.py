"""Errors as they may be logged: without file names, and without what a database quotes of a record.

Cameras put the identifier of a subject into the names of files.
"""

from typing import Any

from django.db import Error, InterfaceError, InternalError, OperationalError
from django.http.response import HttpResponseBase

# These tell of connections and locks, and quote no value.
TELLING = (InterfaceError, InternalError, OperationalError)


def quiet(error: Any) -> Any:
    """The error with its traceback and what caused it, but without words that may name a subject.

    Of an ``OSError`` its number and what that means stay; of a database's error, which may quote
    the record or the query, its kind and the constraint. Other errors are given back themselves;
    what caused them is made quiet.
    """
    if isinstance(error, OSError):
        return OSError(error.errno, error.strerror).with_traceback(error.__traceback__)
    if isinstance(error, Error) and not isinstance(error, TELLING):
        return type(error)(_kind_of(error)).with_traceback(error.__traceback__)
    if error.__cause__ is not None:
        error.__cause__ = quiet(error.__cause__)
    elif error.__context__ is not None and not error.__suppress_context__:
        error.__context__ = quiet(error.__context__)
    return error


def keep_out_of_log(response: HttpResponseBase) -> None:
    """Have Django not log a response of 4xx or 5xx: it would log the path, and a subject with it.

    Django asks for this mark before it logs, and has no other way to say so.
    """
    response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001 - the only way


def _kind_of(error: Error) -> str:
    cause: Any = error.__cause__
    # Of psycopg, which knows the constraint; the others begin with a number, if they have one.
    constraint = getattr(getattr(cause, "diag", None), "constraint_name", None)
    number = next((argument for argument in error.args if isinstance(argument, int)), None)
    known = [type(cause).__name__ if cause else None, constraint, number]
    return " ".join(str(part) for part in known if part is not None) or "its words are left out"
