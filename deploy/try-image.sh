#!/usr/bin/env bash
# Does what the Dockerfile does, without Docker, in a clean folder: copies what it copies, runs what it runs, starts what it
# starts, and asks its health check. Needs npm and the registry.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'kill "${gateway:-}" 2>/dev/null || true; rm -rf "$work"' EXIT
# A stage is a folder; the last one, which has no name, is the image.
stage=
while read -r instruction rest; do
  case "$instruction $rest" in
    "FROM "*)
      read -r base _ name <<<"$rest"
      stage=$work/${name:-last}
      mkdir "$stage"
      if [ -d "$work/$base" ]; then cp -Rl "$work/$base/." "$stage"; fi
      ;;
    "COPY --from="*)
      read -r from source target <<<"$rest"
      mkdir -p "$(dirname "$stage/$target")"
      cp -Rl "$work/${from#--from=}/${source#/app/}" "$stage/$target"
      ;;
    "COPY "*)
      target=${rest##* }
      for source in ${rest% *}; do
        if [ -d "$source" ]; then mkdir -p "$stage/$target" && cp -R "$source/." "$stage/$target"; else cp --remove-destination "$source" "$stage/$target"; fi
      done
      ;;
    "RUN npm "*) (cd "$stage" && $rest) ;;
  esac
done <Dockerfile

gateway=
# try STAGE SETTINGS... -- COMMAND...: starts what is in a stage, runs the command once it is healthy, and ends it.
try() {
  local stage=$1 settings=(PATH="$PATH" HOME="$work" PAIFANG_SERVER_HOST=127.0.0.1 PAIFANG_SERVER_PORT="$port")
  shift
  while [ "$1" != -- ]; do settings+=("$1") && shift; done
  shift
  cd "$work/$stage"
  env -i "${settings[@]}" node dist/cli.js start >"$work/log" 2>&1 &
  gateway=$!
  for _ in $(seq 200); do
    if env -i "${settings[@]}" node dist/cli.js health >/dev/null 2>&1; then break; fi
    kill -0 "$gateway" 2>/dev/null || { cat "$work/log"; exit 1; }
    sleep 0.1
  done
  env -i "${settings[@]}" node dist/cli.js health || { cat "$work/log"; exit 1; }
  "$@" || { echo "$stage: $* failed"; cat "$work/log"; exit 1; }
  kill -TERM "$gateway"
  wait "$gateway" || { echo "the gateway ended with $?"; cat "$work/log"; exit 1; }
  gateway=
}

port=$(node -e 'require("net").createServer().listen(0, "127.0.0.1", function () { console.log(this.address().port); this.close() })')
image=$work/last
try last NODE_ENV=production PAIFANG_SERVER_ADMIN_PORT=0 PAIFANG_METRICS_PORT=0 PAIFANG_METRICS_HOST=127.0.0.1 \
  PAIFANG_SERVER_DRAIN_MS=0 PAIFANG_STATE_DRIVER=memory PAIFANG_DATABASE_FILE="$work/paifang.db" -- true
# Its console and its chat page, as compose's profile `demo` has them.
try demo NODE_ENV=development -- curl -fsS -o "$work/page" -o "$work/page" "http://127.0.0.1:$port/" "http://127.0.0.1:$port/demo/chat"
if [ -e "$image/node_modules/typescript" ]; then echo 'the image holds what only development needs'; exit 1; fi
echo "$(du -sm "$image" | cut -f1) MB in the image, beside Node"
