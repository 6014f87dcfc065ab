#!/bin/sh
# A step with a token mounted: mounted.sh PATH TOKEN_FILE COMMAND..., in a mount namespace of its own. PATH is below /run.
set -eu
path=$1 token=$2
shift 2
mounted=$(cat "$token")
mount -t tmpfs none /run
mkdir -p "$path"
printf '%s' "$mounted" >"$path/oidc-token"
unset mounted
exec "$@"
