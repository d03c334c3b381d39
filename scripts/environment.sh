# Sourced by the other scripts: makes .venv with everything they need, once; says what it installs; never asks.
# Works where only Python 3.11+ and git are there; what is lacking is named.

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 4
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 DEBIAN_FRONTEND=noninteractive

say() { printf '%s\n' "$*"; }

find_python() {
  local name
  for name in python3.13 python3.12 python3.11 python3; do
    if command -v "$name" >/dev/null 2>&1 &&
      "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$name"
      return 0
    fi
  done
  return 1
}

make_venv() {
  local python=$1
  "$python" -m venv .venv >/dev/null 2>&1 && return 0
  rm -rf .venv
  # Debian and Ubuntu ship venv apart from Python.
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    say "installing python3-venv (Debian package)"
    apt-get update -qq >/dev/null 2>&1
    apt-get install -y -qq python3-venv >/dev/null 2>&1 && "$python" -m venv .venv && return 0
  fi
  if "$python" -m pip --version >/dev/null 2>&1; then
    say "installing virtualenv (for this user, since venv is missing)"
    "$python" -m pip install -q --user --break-system-packages virtualenv && "$python" -m virtualenv -q .venv && return 0
  fi
  return 1
}

# chromium and its driver, for flows: installed where we may, named where we may not. Nothing else is ever downloaded.
prepare_browser() {
  local wanted="chromium chromium-driver fonts-liberation" name
  for name in chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" >/dev/null 2>&1 && command -v chromedriver >/dev/null 2>&1 && return 0
  done
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    say "installing $wanted (Debian packages, for flows)"
    apt-get update -qq >/dev/null 2>&1
    # shellcheck disable=SC2086
    apt-get install -y -qq --no-install-recommends $wanted >/dev/null 2>&1 && return 0
  fi
  say "flows need a browser, and there is none: apt-get install $wanted"
}

# prepare NAME PACKAGES...: install the packages into .venv unless the same was installed before.
prepare() {
  local name=$1 python stamp began=$SECONDS
  shift
  prepare_browser
  python=$(find_python) || { say "Python 3.11 or newer is needed and was not found: apt-get install python3"; exit 4; }
  stamp=".venv/.ready-$name-$(cat pyproject.toml scripts/environment.sh | cksum | cut -d' ' -f1)"
  [ -e "$stamp" ] && [ -x .venv/bin/python ] && .venv/bin/python -c 'import truemirror' 2>/dev/null && return 0
  say "making .venv with $("$python" -V) and installing truemirror and what it needs (once, about a minute)"
  [ -x .venv/bin/python ] || make_venv "$python" || {
    say "a virtual environment could not be made: apt-get install python3-venv, then run this again"
    exit 4
  }
  .venv/bin/python -m pip install -q --upgrade 'pip>=25.1' 2>.venv/pip.log &&
    .venv/bin/python -m pip install -q "$@" 2>>.venv/pip.log || {
    say "installing failed; the last lines of .venv/pip.log:"
    tail -n 8 .venv/pip.log
    exit 4
  }
  touch "$stamp"
  say "ready after $((SECONDS - began)) s"
}
