#!/usr/bin/env bash
# Starts the Java agent (java/src/test/java/io/qadataswap/agent), which `mvn package` has built.
# QADS_AGENT_JAVA: the java to use; else the one of JAVA_HOME; else the one on the path.
set -euo pipefail

self=${BASH_SOURCE[0]}
[[ $self == /* ]] || self=$PWD/$self
target=${self%/tests/agents/java/run.sh}/target
java=${QADS_AGENT_JAVA:-${JAVA_HOME:+$JAVA_HOME/bin/java}}

if [[ ! -f $target/test-classpath.txt || ! -d $target/test-classes/io/qadataswap/agent ]]; then
  echo "usage: the java agent isn't built: run scripts/build_all.sh --java-only" >&2
  exit 2
fi
# Arrow's IPC streams need java.nio opened; newer Javas want to hear that Arrow may use native access and sun.misc.Unsafe.
# One file of shared classes and the simplest collector: the agent lives for a second.
exec "${java:-java}" -XX:+IgnoreUnrecognizedVMOptions -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto \
  --add-opens=java.base/java.nio=ALL-UNNAMED --enable-native-access=ALL-UNNAMED \
  --sun-misc-unsafe-memory-access=allow -Dio.netty.noUnsafe=false \
  -cp "$target/classes:$target/test-classes:$(<"$target/test-classpath.txt")" io.qadataswap.agent.Agent "$@"
