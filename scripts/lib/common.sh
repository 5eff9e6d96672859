# shellcheck shell=bash
# Sourced by every script: where things are, how to speak.

ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
VENV=$ROOT/build/venv
export ROOT VENV

say() { printf '==> %s\n' "$*" >&2; }

die() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# die_usage MESSAGE: a wrong command line.
die_usage() {
  printf '%s: %s (--help shows the options)\n' "${0##*/}" "$*" >&2
  exit 2
}

# Prints the comment at the head of the calling script: its help text.
show_help() { sed -n '2,/^[^#]/{s/^# \{0,1\}//p}' "$0"; }
