#!/bin/sh
# Makes the secrets that docker-compose.yml reads from files, where they are not there yet: sh deploy/make-secrets.sh
set -eu
# The containers read the files as users of their own, so the folder alone keeps others of this machine out.
umask 022
mkdir -p "$(dirname "$0")/secrets"
chmod 700 "$(dirname "$0")/secrets"
cd "$(dirname "$0")/secrets"
for name in postgres_password; do
  if [ -e "$name" ]; then
    echo "$name is there already"
  else
    head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n' >"$name"
    echo "made $name"
  fi
done
# The gateway reads the address of its database, with the password, from a file too.
if [ ! -e postgres_url ]; then
  printf 'postgres://paifang:%s@postgres:5432/paifang' "$(cat postgres_password)" >postgres_url
  echo "made postgres_url"
fi
