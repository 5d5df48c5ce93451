#!/usr/bin/env bash
# Does what the Dockerfile does, without Docker, in a clean folder: copies what it copies, runs what it runs, starts what it
# starts, and asks its health check. Needs npm and the registry.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'kill "${gateway:-}" 2>/dev/null || true; rm -rf "$work"' EXIT
build=$work/build image=$work/image data=$work/data
mkdir "$build" "$image" "$data"

stage=$build
while read -r instruction rest; do
  case "$instruction $rest" in
    "FROM "*" AS build") stage=$build ;;
    "FROM "*) stage=$image ;;
    "COPY --from=build "*)
      read -r _ source target <<<"$rest"
      cp -R "$build/${source#/app/}" "$image/$target"
      ;;
    "COPY "*)
      target=${rest##* }
      for source in ${rest% *}; do
        if [ -d "$source" ]; then mkdir -p "$stage/$target" && cp -R "$source/." "$stage/$target"; else cp "$source" "$stage/$target"; fi
      done
      ;;
    "RUN npm "*) (cd "$stage" && $rest) ;;
  esac
done <Dockerfile

port=$(node -e 'require("net").createServer().listen(0, "127.0.0.1", function () { console.log(this.address().port); this.close() })')
settings=(NODE_ENV=production PATH="$PATH" HOME="$work" PAIFANG_SERVER_HOST=127.0.0.1 PAIFANG_SERVER_PORT="$port"
  PAIFANG_SERVER_ADMIN_PORT=0 PAIFANG_METRICS_PORT=0 PAIFANG_METRICS_HOST=127.0.0.1 PAIFANG_SERVER_DRAIN_MS=0 PAIFANG_STATE_DRIVER=memory PAIFANG_DATABASE_FILE="$data/paifang.db")
cd "$image"
env -i "${settings[@]}" node dist/cli.js start >"$work/log" 2>&1 &
gateway=$!
for _ in $(seq 100); do
  if env -i "${settings[@]}" node dist/cli.js health 2>/dev/null; then break; fi
  kill -0 "$gateway" 2>/dev/null || { cat "$work/log"; exit 1; }
  sleep 0.1
done
env -i "${settings[@]}" node dist/cli.js health >/dev/null || { cat "$work/log"; exit 1; }
kill -TERM "$gateway"
wait "$gateway" || { echo "the gateway ended with $?"; cat "$work/log"; exit 1; }
gateway=
if [ -e "$image/node_modules/typescript" ]; then echo 'the image holds what only development needs'; exit 1; fi
echo "$(du -sm "$image" | cut -f1) MB in the image, beside Node"
