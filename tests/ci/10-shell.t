#!/bin/sh
# docs/ci/siglet-ci.sh: a service that has a shell and nothing else.
. tests/ci/lib.sh
install_in_project siglet-ci.sh ci/siglet-ci.sh
release_variable=RELEASE_URL
settings="--give SIGSTORE_ID_TOKEN=$TOKEN"
stands shell
settings=
stops 'nobody to sign as' sign 'no identity to sign with was found' shell --give CI=true
done_testing
