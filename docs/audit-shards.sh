#!/bin/sh
# Recompute a log in shards that know nothing of each other, and join them: on one machine, with xargs in the place of a
# cluster's scheduler.
#
# Usage: audit-shards.sh SHARDS FOLDER OPTION...
#
# FOLDER keeps the checkpoint and the parts; what is there already is not made again. Every OPTION goes to each siglet audit
# log: where the log is (--from), whose keys are trusted (--trusted-root …).
set -eu

shards=$1 folder=$2
shift 2
mkdir -p "$folder/parts"

# All go by one checkpoint: parts of two can't be joined.
if [ ! -s "$folder/checkpoint" ]; then
	from=
	for option; do
		[ "$from" = next ] && from=$option
		[ "$option" = --from ] && from=next
	done
	case $from in
	http*) curl -fsS "$from/checkpoint" -o "$folder/checkpoint.new" ||
		curl -fsS "$from/api/v2/checkpoint" -o "$folder/checkpoint.new" ;;
	*) cp "$from/checkpoint" "$folder/checkpoint.new" ;;
	esac
	mv "$folder/checkpoint.new" "$folder/checkpoint"
fi

# A shard that fails is tried three times, as a scheduler would.
export folder shards
seq 0 $((shards - 1)) | xargs -P "$(nproc)" -I '{}' sh -c '
	shard=$1
	shift
	[ -s "$folder/parts/$shard.json" ] && exit 0
	for try in 1 2 3; do
		siglet audit log --quiet --jobs 1 --shard "$shard/$shards" --checkpoint "$folder/checkpoint" \
			--part "$folder/parts/$shard.json" "$@" && exit 0
	done
	exit 255' sh '{}' "$@"

siglet audit combine "$folder"/parts/*.json --checkpoint "$folder/checkpoint" "$@"
