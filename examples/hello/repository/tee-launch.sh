#!/usr/bin/env bash
# The workload: it has no purpose but to tell what it sees of the place it was started in.
set -euo pipefail

cat greeting.txt
if commit=$(git rev-parse HEAD 2>/dev/null); then
  echo "  commit   $commit"
else
  echo "  commit   not asked: this machine has no git"
fi
echo "  process  $$"
echo "  user     $(id -un 2>/dev/null || id -u)"
echo "  folder   $PWD"
find . -path ./.git -prune -o -type f -print | LC_ALL=C sort | while read -r file; do
  echo "  file     ${file#./}, $(wc -c <"$file") bytes"
done
