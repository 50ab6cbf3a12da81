# Sourced by up and down: runs the testbed's Java by hand.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=${PALINODE_TESTBED_HOME:-$HOME/.cache/palinode-testbed}

# The first Java 25 or later: JAVA_HOME, the PATH, the usual folder for installed JDKs
find_java() {
  local java
  for java in "${JAVA_HOME:-}/bin/java" "$(command -v java || true)" /usr/lib/jvm/*/bin/java; do
    [ -x "$java" ] || continue
    # Not the first line: that may tell of JAVA_TOOL_OPTIONS.
    case $("$java" -version 2>&1 | grep -m 1 ' version ') in
      *'"2'[5-9]* | *'"3'[0-9]*) echo "$java" && return ;;
    esac
  done
  echo "testbed: no JDK 25 found; set JAVA_HOME to one" >&2
  return 1
}

# Sets java_command to what runs dev.palinode.testbed.ByHand, building the jar if need be.
prepare_java() {
  local jar java
  jar=$(find "$here/target" -maxdepth 1 -name 'palinode-testbed-*.jar' 2>/dev/null | head -n 1)
  if [ -z "$jar" ] || [ ! -f "$here/target/classpath" ]; then
    echo "testbed: building the jar"
    mvn -B -q -f "$here/../../pom.xml" -pl deploy/testbed -am -DskipTests package
    jar=$(find "$here/target" -maxdepth 1 -name 'palinode-testbed-*.jar' | head -n 1)
  fi
  java=$(find_java)
  java_command=("$java" -Xmx256m
    -Dlogback.configurationFile=dev/palinode/testbed/logback-by-hand.xml
    -cp "$jar:$(cat "$here/target/classpath")" dev.palinode.testbed.ByHand)
}
