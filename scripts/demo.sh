#!/usr/bin/env bash
# Streams real trades from a Java process to a second Java process and to a C++ process at the same time, through shared
# memory, and prints what each received, whether it is bit-exact, and at what rate. Installs and builds what it needs
# first, after saying so; that takes 5 to 10 minutes the first time.
#
# usage: scripts/demo.sh [--help]
set -euo pipefail
source "$(dirname -- "${BASH_SOURCE[0]}")/lib/common.sh"
source "$ROOT/scripts/lib/setup.sh"

case ${1-} in
  '') ;;
  --help)
    show_help
    exit
    ;;
  *) die_usage "unknown option $1" ;;
esac
"$ROOT/scripts/build_all.sh"
setup_java
exec "$VENV/bin/python" "$ROOT/scripts/lib/demo.py"
