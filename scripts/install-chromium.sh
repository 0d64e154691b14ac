#!/usr/bin/env bash
# Installs Debian's Chromium for the browser tests, with fonts for emoji and right-to-left text, where it is missing and
# apt may be used. The exit code is 0 when there is one; else the last line says why not.
set -u

# Where test/browser/support/browser.ts looks.
PLACES=(/usr/bin/chromium-headless-shell /usr/bin/chromium /usr/bin/chromium-browser /usr/bin/google-chrome)
PACKAGES=(chromium-headless-shell fonts-dejavu-core fonts-liberation fonts-noto-color-emoji)
UPDATE_LIMIT=60s
INSTALL_LIMIT=150s

find_chromium() {
  local place
  for place in ${CHROMIUM:-"${PLACES[@]}"}; do
    if [ -x "$place" ]; then
      echo "$place"
      return 0
    fi
  done
  return 1
}

give_up() {
  echo "chromium: none is installed: $1"
  exit 1
}

if found=$(find_chromium); then
  echo "chromium: $found is there"
  exit 0
fi
[ -z "${CHROMIUM:-}" ] || give_up "CHROMIUM names $CHROMIUM, which cannot be run"
command -v apt-get >/dev/null || give_up "this machine has no apt-get"
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  sudo -n true 2>/dev/null || give_up "apt needs root, and sudo asks for a password"
  as_root=(sudo -n)
fi

echo "chromium: installing ${PACKAGES[*]}"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
timeout "$UPDATE_LIMIT" "${as_root[@]}" apt-get update -q </dev/null >"$log" 2>&1 ||
  { tail -n 5 "$log"; give_up "apt-get update failed, or took longer than $UPDATE_LIMIT"; }
timeout "$INSTALL_LIMIT" "${as_root[@]}" apt-get install -q -y --no-install-recommends "${PACKAGES[@]}" </dev/null >"$log" 2>&1 ||
  { tail -n 5 "$log"; give_up "apt-get install failed, or took longer than $INSTALL_LIMIT"; }
find_chromium >/dev/null || give_up "apt-get installed no program by a known name"
echo "chromium: installed"
