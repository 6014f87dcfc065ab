#!/bin/sh
# siglet publish: a file and its bundle, in a real nginx.
# shellcheck disable=SC2086
. tests/cli/nginx.sh
make_key ../key
echo one >one
sign_by ../key one
gives 'a new file' 0 publish one --to "$repo/new"
show
requests; cat ../requests
curl -s -i -X PUT --data-binary @one $repo/nofolder/x/y | head -3
curl -s -i -X PUT --data-binary @one $repo/forbidden/y | head -3
curl -s -i -X PUT --data-binary @one $repo/readonly/y | head -3
curl -s -i -X PUT --data-binary @one $repo/quota/y | head -3
