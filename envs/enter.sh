#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# enter.sh [--writable] ROOT CMD...: become CMD, with /usr and /etc taken from ROOT.
#
# Everything else is the host's, at its own path, so any working directory, home, temporary
# directory, device or socket is found where it was. The namespace is made first (by bubblewrap, or
# by unshare and chroot) and then joined by this very process: nothing stays between the caller and
# CMD, so process id, signals, terminal and exit code are CMD's own.
# SILITRIAL_ENTER=bubblewrap or =chroot forces one way.
set -euo pipefail

usr=--ro-bind
[[ $1 == --writable ]] && { usr=--bind; shift; }
root=$1
shift

for place in /usr /etc; do
  [[ "$PWD/" != "$place/"* ]] || {
    echo "envs/run: cannot work in $PWD: $place is not the host's inside the environment" >&2
    exit 1
  }
done

# The layout in bubblewrap's words, always "option source target".
layout=("$usr" "$root/usr" /usr --ro-bind "$root/etc" /etc)
for dir in bin sbin lib lib32 lib64 libx32; do
  [[ -e "$root/usr/$dir" ]] && layout+=(--symlink "usr/$dir" "/$dir")
done
for dir in /*; do
  case $dir in
    /bin | /sbin | /lib | /lib32 | /lib64 | /libx32 | /usr | /etc) ;;
    /dev) layout+=(--dev-bind /dev /dev) ;;
    *)
      if [[ -L $dir ]]; then
        layout+=(--symlink "$(readlink "$dir")" "$dir")
      elif [[ -d $dir ]]; then
        layout+=(--bind "$dir" "$dir")
      fi
      ;;
  esac
done
# The host's names, certificates, users and package index settings; build_root.sh makes the targets.
while read -r path; do
  [[ -e $path ]] && layout+=(--ro-bind "$(readlink -f "$path")" "$path")
done < <(sed 's/#.*//' "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/host_files.txt" | grep .)

# What runs first inside: go to the directory of the caller, drop the namespace handles.
# shellcheck disable=SC2016 # expanded inside
inside=(/bin/sh -c 'cd "$1" && shift && exec "$@" 8<&- 9<&-' sh "$PWD" "$@")

# bubblewrap makes the namespace and holds it until this process keeps it open itself.
enter_bubblewrap() {
  local answer holder join=(--mount=/proc/self/fd/9)
  coproc HOLD { bwrap "${layout[@]}" /bin/sh -c 'echo $$; read -r _' 2>&1; }
  holder=$HOLD_PID
  local from=${HOLD[0]} to=${HOLD[1]}
  read -r answer <&"$from" || true
  if [[ ! $answer =~ ^[0-9]+$ ]]; then
    reasons+=("${answer:-bubblewrap gave no answer}")
    return 0
  fi
  exec 9<"/proc/$answer/ns/mnt"
  # without root the mounts belong to a user namespace of their own
  if [[ $(readlink /proc/self/ns/user) != "$(readlink "/proc/$answer/ns/user")" ]]; then
    exec 8<"/proc/$answer/ns/user"
    join+=(--user=/proc/self/fd/8 --preserve-credentials)
  fi
  exec {to}>&- && wait "$holder" || true
  exec nsenter "${join[@]}" "${inside[@]}"
}

# The same layout by hand: an empty file system, over a folder of the root that nothing needs, every
# entry mounted into it, then chroot.
enter_chroot() {
  if ! unshare --mount true 2>/dev/null; then
    reasons+=("unshare: no permission to mount")
    return 0
  fi
  # shellcheck disable=SC2016 # expanded by that shell
  exec unshare --mount --propagation private /bin/bash -c '
    set -euo pipefail
    new=$1 count=$2
    shift 2
    mount -t tmpfs -o mode=755 silitrial "$new"
    mount --make-unbindable "$new"
    for ((; count > 0; count -= 3)); do
      option=$1 source=$2 target=$new$3
      shift 3
      if [[ $option == --symlink ]]; then
        ln -s "$source" "$target"
        continue
      fi
      if [[ -d $source ]]; then mkdir -p "$target"; fi
      mount --rbind "$source" "$target"
      if [[ $option == --ro-bind ]]; then mount -o remount,bind,ro "$target"; fi
    done
    exec chroot "$new" "$@"
  ' bash "$root/usr/src" "${#layout[@]}" "${layout[@]}" "${inside[@]}"
}

reasons=()
way=${SILITRIAL_ENTER:-any}
case $way in any | bubblewrap | chroot) ;; *)
  echo "envs/run: SILITRIAL_ENTER is '$way'; allowed: bubblewrap, chroot" >&2
  exit 1
  ;;
esac
[[ $way == chroot ]] || enter_bubblewrap
[[ $way == bubblewrap ]] || enter_chroot
echo "envs/run: cannot enter $root: $(printf '%s; ' "${reasons[@]}")see docs/installation.md" >&2
exit 1
