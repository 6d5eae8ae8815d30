#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# build_root.sh DEST CMD...: build the Debian 13 environment in DEST, unless it is there already, and
# become CMD. Built beside DEST and renamed at the end; one build at a time; a failed one leaves only
# its log.
set -euo pipefail
dest=$1
shift
envs=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
cache=$(dirname "$dest")
log=$dest.log
aside=$dest.part
say() { echo "envs/run: $*" >&2; }

cleanup() {
  local status=$? job
  trap - EXIT
  for job in $(jobs -p); do kill -- "-$job" 2>/dev/null || true; done
  wait
  rm -rf --one-file-system "$aside"
  if ((status)); then say "the build did not finish; its output is in $log"; fi
  exit "$status"
}

# step LABEL SECONDS CMD...: run CMD into the log. In the background and in a process group of its
# own (set -m), so that a signal to this script ends CMD and all below it at once.
step() {
  local label=$1 expected=$2 start=$SECONDS status=0
  shift 2
  say "$label (about $expected s) ..."
  set -m
  "$@" >>"$log" 2>&1 </dev/null &
  set +m
  wait $! || status=$?
  if ((status)); then
    tail -n 5 "$log" >&2
    exit "$status"
  fi
  say "$label: done in $((SECONDS - start)) s"
}

mkdir -p "$cache"
# Children inherit the lock on purpose: should this script be killed, it is held as long as they write.
exec 7>"$cache/lock"
flock --nonblock 7 || { say "another build is running, waiting for it"; flock 7; }
[[ ! -d $dest ]] || exec "$@" 7>&-

missing=()
for tool in mmdebstrap:mmdebstrap bwrap:bubblewrap; do
  command -v "${tool%:*}" >/dev/null || missing+=("${tool#*:}")
done
# without the archive's keys, as on Ubuntu, the packages could not be verified
[[ -e /usr/share/keyrings/debian-archive-keyring.gpg ]] || missing+=(debian-archive-keyring)
if ((EUID)); then
  say "building the environment needs root, once; run this command as root, or use"
  say "envs/environment.yaml or envs/apptainer.def (docs/installation.md)"
  exit 1
fi

trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
: >"$log"
rm -rf --one-file-system "$cache"/*.part
say "building the environment in $dest, once for these package lists"

if ((${#missing[@]})); then
  export DEBIAN_FRONTEND=noninteractive
  # a broken third-party source of the host does not matter here; the next step shows what does
  step "reading the host's package index" 10 sh -c 'apt-get update || true'
  step "installing ${missing[*]}" 10 apt-get install --yes --no-install-recommends "${missing[@]}"
fi

packages=$(sed 's/#.*//' "$envs/debian.txt" | xargs | tr ' ' ',')
# in a mount namespace of its own, so that even a killed build leaves no mount behind
step "Debian system" 90 unshare --mount --propagation private \
  mmdebstrap --variant=minbase --include="$packages" trixie "$aside"

# Targets for the host's own files, see enter.sh.
while read -r path; do
  case $path in
    */certs | */ca-certificates) mkdir -p "$aside$path" ;;
    *) rm -f "$aside$path" && touch "$aside$path" ;;
  esac
done < <(sed 's/#.*//' "$envs/host_files.txt" | grep .)

step "Python packages" 40 "$envs/enter.sh" --writable "$aside" \
  "$envs/install_wheels.sh" /usr/local/silitrial
mv "$aside" "$dest"
say "ready ($(du -sh "$dest" | cut -f1))"
exec "$@" 7>&-
