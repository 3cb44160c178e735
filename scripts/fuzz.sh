#!/bin/sh
# Runs every fuzz target for the given time (60s) or number of runs (5000x):
# fuzz.sh [TIME].
set -eu
cd "$(dirname "$0")/.."

grep -rlE '^func Fuzz' --include='*_test.go' internal test tools | sort | while read -r file; do
	for target in $(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\).*/\1/p' "$file"); do
		echo "fuzzing $target in $(dirname "$file")"
		go test -run '^$' -fuzz "^$target\$" -fuzztime "${1:-60s}" -fuzzminimizetime 5x "./$(dirname "$file")"
	done
done
