#!/usr/bin/env bash
# The entry script of the pinned repository: starts NEAR's MPC node. What it may run, and which image where no list is approved yet,
# says the compose file of the machine, which is measured; the operator's own settings are in /tapp/user_config, which is not.
set -euo pipefail

exec mpc-launcher
