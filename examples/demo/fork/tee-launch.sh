#!/usr/bin/env bash
# The workload: draws one of the tickets, each with the same chance.
set -euo pipefail

winner=$(shuf -n 1 --random-source=<(yes) tickets.txt)
echo "and the winner is ... $winner"
