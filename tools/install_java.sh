#!/bin/sh
# Installs, where it is missing, the Java runtime that replays on Apache Spark need (Debian). For CI machines.
set -eu
command -v java > /dev/null && exit 0
as_root=$([ "$(id -u)" = 0 ] || echo sudo)
$as_root apt-get update -qq
$as_root apt-get install -y -qq --no-install-recommends openjdk-17-jre-headless ||
  $as_root apt-get install -y -qq --no-install-recommends default-jre-headless
