#!/bin/sh
# Writes every answer into a folder of its own and shows it to the validators of tools/conformance.
#
#     sh tools/conformance/run.sh PYTHON
#
# They need Node 20.19 or newer with npm. Without it nothing is checked: that is said and passes, but for
# CI, where it fails.
set -eu

python=$1
here=$(dirname "$0")

without_node() {
  echo "conformance: not checked, because $1; install Node 20.19 or newer to run the FHIR validators" >&2
  case ${CI:-} in
    1 | true | TRUE | True) echo "conformance: CI does not allow that" >&2; exit 1 ;;
  esac
  exit 0
}

command -v node >/dev/null 2>&1 || without_node "there is no \`node\`"
command -v npm >/dev/null 2>&1 || without_node "there is no \`npm\`"
node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' ||
  without_node "\`node\` is too old"

# npm writes this file last, so what it lists is there.
installed=$here/node_modules/.package-lock.json
if [ ! -e "$installed" ] || [ -n "$(find "$here/package-lock.json" -newer "$installed")" ]; then
  echo "installing the validators"
  (cd "$here" && npm ci --silent)
  touch "$installed"
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$python" -m tests.conformance.export "$folder/written"
node "$here/check.mjs" "$folder/written"
