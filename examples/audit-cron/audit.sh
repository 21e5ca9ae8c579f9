#!/usr/bin/env bash
# Verifies a deployment, and is silent only if it is VERIFIED: cron mails whatever is printed, systemd sees the status.
#
#   audit.sh FOLDER TARGET [OPTIONS of twl verify]
#
# FOLDER keeps the newest evidence that was VERIFIED (verified.json, .txt) and all that was not (failed-TIME.json, .txt).
# TWL names the program where it is not on the PATH. AUDIT_SIMULATED=1 lets a rehearsal on pretended hardware pass.
set -uo pipefail

if (($# < 2)); then
  echo 'usage: audit.sh FOLDER TARGET [OPTIONS of twl verify]' >&2
  exit 2
fi
folder=$1
shift
# Longer than all that verify waits for by itself.
limit=15m
# Two audits of one second are two.
time=$(date -u +%Y-%m-%dT%H%M%S-%3NZ)

fail() { # STATUS MESSAGE
  printf 'AUDIT FAILED at %s: %s\n' "$time" "$2" >&2
  exit "$1"
}

mkdir -p -- "$folder" || fail 50 "cannot make $folder"
exec 9>"$folder/lock" || fail 50 "cannot write to $folder"
flock -n 9 || fail 50 'an earlier audit has not ended'
rm -f -- "$folder/new.json" "$folder/new.txt"

timeout "$limit" "${TWL:-twl}" verify "$@" --save "$folder/new.json" >"$folder/new.txt" 2>"$folder/progress.txt"
status=$?
verdict=$(tail -n 1 -- "$folder/new.txt")
if [[ ${AUDIT_SIMULATED-} == 1 ]]; then verdict=${verdict#SIMULATED: }; fi

if ((status == 0)) && [[ $verdict == 'VERIFIED ('* ]]; then
  mv -f -- "$folder/new.json" "$folder/verified.json" && mv -f -- "$folder/new.txt" "$folder/verified.txt" ||
    fail 50 "cannot write to $folder"
  exit 0
fi

# A step alone, or a root that is not Intel's, passes with 0 and is no VERIFIED.
if ((status == 0)); then status=13; fi
for kind in json txt; do
  if [[ -e $folder/new.$kind ]]; then mv -f -- "$folder/new.$kind" "$folder/failed-$time.$kind"; fi
done
cat -- "$folder/failed-$time.txt" "$folder/progress.txt" >&2
fail "$status" "${verdict:-no verdict} (exit status $status; kept as $folder/failed-$time.*)"
