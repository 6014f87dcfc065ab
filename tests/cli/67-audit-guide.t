#!/bin/sh
# docs/audit.md: what it says to type, typed; docs/audit-shards.sh, and the parts that engines make.
. tests/cli/lib.sh
: "${B:=build}" "${SANDBOX:=$B/siglet-sandbox}"
case $SANDBOX in /*) ;; *) SANDBOX=$PWD/$SANDBOX ;; esac
PATH=$(dirname "$SIGLET"):$PATH
XDG_STATE_HOME=$tmp/xdg-state
export PATH XDG_STATE_HOME
cd "$tmp" || exit 1

"$SANDBOX" make-log --out log --size 200000 --entry-bytes 40 >made 2>&1 || cat made
known="--from log --trust-config log.keys/trust_config.json"

# shards CLAIM STATUS SHARDS FOLDER OPTION...: the script as it is.
shards() {
	shards_claim=$1 shards_status=$2
	shift 2
	status=0
	sh "$PROJECT/docs/audit-shards.sh" "$@" >out 2>err || status=$?
	ok "$shards_claim" has_status "$shards_status"
}

# shellcheck disable=SC2086
{
	shards 'the script joins what it cut' 0 3 work $known
	out 'and says so' 'signed root follows from the entries, 200000 entries'
	ok 'a part for each shard' test "$(ls work/parts)" = "$(printf '0.json\n1.json\n2.json')"
	cp -r work/parts before
	rm work/parts/1.json
	shards 'a part that is not there is made again' 0 3 work $known
	ok 'with the same bytes' cmp work/parts/1.json before/1.json
	shards 'more shards than there is to cut' 0 9 many $known

	sed 's/"end":196608/"end":196607/' before/1.json >work/parts/1.json
	shards 'a part that was changed' 3 3 work $known
	rm work/parts/1.json
	gives 'a part too few' 4 audit combine work/parts/0.json work/parts/2.json --checkpoint work/checkpoint $known
	out 'says which entries' 'no part has the entries from 131072 to 196608'

	"$SIGLET" audit log --list-shards 3 --checkpoint log/checkpoint $known >ranges
	ok 'ranges as lines' test "$(cat ranges)" = "$(printf '0:131072\n131072:196608\n196608:200000')" || cat ranges
	xargs -n 1 "$SIGLET" audit log $known --checkpoint log/checkpoint --part - --range <ranges >lines
	gives 'parts as lines of one file' 0 audit combine lines --checkpoint log/checkpoint $known

	for engine in JOB_COMPLETION_INDEX AWS_BATCH_JOB_ARRAY_INDEX; do
		status=0
		env $engine=1 "$SIGLET" audit log $known --shard env --shards 3 --checkpoint log/checkpoint --part $engine.json \
			>out 2>err || status=$?
		ok "$engine" has_status 0
		ok '  names the shard' cmp $engine.json before/1.json
	done
	status=0
	env SLURM_ARRAY_TASK_ID=11 SLURM_ARRAY_TASK_MIN=10 SLURM_ARRAY_TASK_COUNT=3 \
		"$SIGLET" audit log $known --shard env --checkpoint log/checkpoint --part slurm.json >out 2>err || status=$?
	ok 'Slurm' has_status 0
	ok '  says of how many too' cmp slurm.json before/1.json
	gives 'no engine' 2 audit log $known --shard env --shards 3 --checkpoint log/checkpoint --part none.json

	gives 'a mirror' 0 audit log $known --mirror mirror
	gives 'is a log itself' 0 audit log --from mirror --trust-config log.keys/trust_config.json --state other
	gives 'consistency' 0 audit consistency $known --quiet
	no_out 'is quiet when all is well'
	gives 'watch, for the first time' 2 audit watch $known --quiet --github acme/app
	out 'says how to begin' 'since begin'
}

# What the guide writes down is what is there.
ok 'every option of the guide is one of ours' sh -c '
	"$1" help audit >help
	grep -o -e "siglet audit [^|]*" "$2" | grep -oE -e "--[a-z-]+" | sort -u | while read -r option; do
		grep -q -e "$option" help || echo "$option"
	done >unknown
	[ ! -s unknown ] || { cat unknown; false; }' sh "$SIGLET" "$PROJECT/docs/audit.md"

done_testing
