#!/bin/sh
# Signs a text through POST /getCode, with nothing but sh, openssl, curl and od:
#
#   sh examples/getcode.sh "text to sign" [http://127.0.0.1:3000]
#
# The request is {"str": text, "pwdstr": PIN}, AES-128-ECB under the key text, in hexadecimal (profile `legacy` of
# crypto-envelope); the answer's `data` is opened and printed. The key is the published one of demonstrations, or
# PAIFANG_CRYPTO_ENVELOPE_LEGACY_KEY when that has 16 characters; the PIN is the simulator's.
#
# There is no such script for the profile `default`: `openssl enc` refuses AES-GCM. See examples/clients.
set -eu

fail() {
  printf 'getcode: %s\n' "$1" >&2
  exit 1
}

[ $# -ge 1 ] && [ $# -le 2 ] || fail 'usage: sh getcode.sh "text to sign" [base URL]'
text=$1
base=${2:-http://127.0.0.1:3000}

for tool in openssl curl od sed tr; do
  command -v "$tool" >/dev/null 2>&1 || fail "this needs $tool, which is not installed"
done

key_text=${PAIFANG_CRYPTO_ENVELOPE_LEGACY_KEY:-}
[ ${#key_text} -eq 16 ] || key_text=1234567887654321

hex() {
  od -An -v -tx1 | tr -d ' \n'
}

key=$(printf %s "$key_text" | hex)
[ ${#key} -eq 32 ] || fail 'the key text must be 16 ASCII characters'

# Prints standard input as the inside of a JSON string.
json_escape() {
  format=
  for byte in $(od -An -v -tu1); do
    case $byte in
      34) format="$format\\\\\"" ;;
      92) format="$format\\\\\\\\" ;;
      37) format="$format%%" ;;
      *)
        if [ "$byte" -lt 32 ]; then
          format="$format\\\\u00$((byte / 16))$(printf %x $((byte % 16)))"
        else
          format="$format\\$((byte / 64))$((byte / 8 % 8))$((byte % 8))"
        fi
        ;;
    esac
  done
  printf "$format"
}

# Writes the bytes that $1 gives in hexadecimal.
unhex() {
  rest=$1
  format=
  while [ -n "$rest" ]; do
    after=${rest#??}
    byte=$((0x${rest%"$after"}))
    format="$format\\$((byte / 64))$((byte / 8 % 8))$((byte % 8))"
    rest=$after
  done
  printf "$format"
}

escaped=$(printf %s "$text" | json_escape)
request=$(printf '{"str": "%s", "pwdstr": "88888888"}' "$escaped" | openssl enc -aes-128-ecb -K "$key" | hex)

answer=$(printf %s "$request" | curl -sS --max-time 120 -H 'content-type: text/plain' --data-binary @- "$base/getCode") ||
  fail "no answer from $base; is the gateway running (npm start)?"

data=$(printf %s "$answer" | sed -n 's/^{"code": *200,.*"data": *"\([0-9A-Fa-f]*\)".*$/\1/p')
[ -n "$data" ] || fail "the gateway refused: $answer"

unhex "$data" | openssl enc -d -aes-128-ecb -K "$key" ||
  fail 'the answer does not open: is the key of the gateway another one?'
printf '\n'
