#!/bin/sh
# Set up .venv with the package and the locked versions of all it needs, on a machine that has git and some
# python3. Does nothing when that is done already.
#
#   setup.sh         set up
#   setup.sh lock    remake requirements/dev.txt from pyproject.toml
set -eu

cd "$(dirname "$0")/.."

LOCK=requirements/dev.txt
STAMP=.venv/set-up
UV_VERSION=0.13.9
PRIVATE_UV=.tools/uv/bin/uv

say() { printf '%s\n' "$*"; }
fail() {
    printf 'Set-up failed: %s\n' "$*" >&2
    exit 1
}

# What the environment was made from, and where: an environment that was moved does not work.
fingerprint() {
    { pwd && cat pyproject.toml "$LOCK" scripts/setup.sh; } | git hash-object --stdin
}

is_set_up() {
    [ -f "$STAMP" ] && [ "$(cat "$STAMP")" = "$(fingerprint)" ] && runs_here .venv/bin/python
}

# Whether $1 is a Python that the project supports and that really runs: pyenv's shims can be found and fail.
runs_here() {
    "$1" -c 'import ctypes, sqlite3, ssl, sys; sys.exit(not (3, 12) <= sys.version_info < (3, 14))' \
        >/dev/null 2>&1
}

# Whether $1 is a uv that can leave out dependencies (0.9.8 and later).
is_recent_uv() {
    "$1" --version 2>/dev/null | awk '{
        split($2, v, "."); exit !(v[1] > 0 || v[2] > 9 || (v[2] == 9 && v[3] >= 8))
    } END { if (!NR) exit 1 }'
}

# Print a uv to use: the machine's, or else a private one, which pip puts into a directory of its own. That
# needs no virtual environment and is allowed where Python is "externally managed".
find_uv() {
    for uv in uv "$PRIVATE_UV"; do
        if is_recent_uv "$uv"; then
            say "$uv"
            return
        fi
    done
    say "Installing uv $UV_VERSION in .tools ..." >&2
    rm -rf .tools/uv
    for python in python3 /usr/bin/python3 python; do
        if PIP_ROOT_USER_ACTION=ignore "$python" -m pip install --quiet --disable-pip-version-check \
            --no-warn-script-location --target .tools/uv "uv==$UV_VERSION" >&2 &&
            is_recent_uv "$PRIVATE_UV"; then
            say "$PRIVATE_UV"
            return
        fi
    done
    fail "uv is needed. Installing it with 'python3 -m pip' did not work (see above); \
install uv $UV_VERSION or later yourself, so that 'uv --version' answers, and try again."
}

# Print the Python to use, or a version for uv to fetch.
find_python() {
    for python in python3.13 python3.12 \
        "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.13.*/bin/python \
        "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.12.*/bin/python \
        python3; do
        if runs_here "$python"; then
            command -v "$python"
            return
        fi
    done
    say 3.13
}

make_environment() {
    uv=$(find_uv)
    python=$(find_python)
    say "Setting up .venv (Python: $python) ..."
    rm -f "$STAMP"
    runs_here .venv/bin/python || "$uv" venv --quiet --clear --no-project --python "$python" .venv ||
        fail "no Python 3.12 or 3.13 was found here, and uv could not fetch one."
    # One after the other: the editable install uses the build backend that the first has installed.
    VIRTUAL_ENV=$PWD/.venv
    export VIRTUAL_ENV
    "$uv" pip sync --require-hashes "$LOCK" || fail "the packages of $LOCK could not be installed (see above)."
    "$uv" pip install --quiet --no-deps --no-build-isolation --editable . ||
        fail "the package itself could not be installed (see above)."
    fingerprint >"$STAMP"
}

case "${1:-}" in
"")
    is_set_up || make_environment
    ;;
lock)
    uv=$(find_uv)
    "$uv" pip compile --quiet --upgrade --universal --python-version 3.12 --generate-hashes \
        --no-header --no-emit-index-url --group dev --output-file "$LOCK" pyproject.toml
    say "$LOCK is up to date."
    ;;
*)
    fail "unknown argument '$1'."
    ;;
esac
