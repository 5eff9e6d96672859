#!/usr/bin/env bash
# Runs the benchmarks of the Java binding's parts (java/src/bench) and writes their results as JSON. Takes three minutes and
# 1.2 GB of shared memory.
#
# usage: scripts/lib/java_parts.sh [FILE]      default: build/report/benchmarks/parts/java.json
#
# QADS_BENCH_JAVA_HOME: the Java that runs them; else the one that compiles them.
set -euo pipefail
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"
source "$ROOT/scripts/lib/setup.sh"

output=${1:-$ROOT/build/report/benchmarks/parts/java.json}
setup_java
cd "$ROOT"
mvn --batch-mode --no-transfer-progress --quiet -Pbenchmarks test-compile >&2
export JAVA_HOME=${QADS_BENCH_JAVA_HOME:-$JAVA_HOME}
exec "$JAVA_HOME/bin/java" -Xmx256m -Dorg.slf4j.simpleLogger.defaultLogLevel=warn \
  -cp "target/test-classes:target/classes:$(<target/test-classpath.txt)" io.qadataswap.bench.Main "$output"
