#!/usr/bin/env bash
# Proves that the two commands do all their own set-up: in a bare Debian 12 root with nothing but python3 added, a clone
# of the last commit must pass `python3 dev.py test`, and `dev.py run scan` must give a verdict and a report.
#
#   sudo tests/dev/fresh-debian.sh [FOLDER]        FOLDER: the root to make or, if it exists, to use again
#
# Needs root and debootstrap, about 4 GB and 20 minutes. pip's and apt's own settings are those of this machine:
#   DEBIAN_MIRROR   the mirror to take Debian from (default: debootstrap's own)
#   PIP_CONFIG      a pip.conf to use inside
#   CA_BUNDLE       certificates that pip shall trust inside
#   BIND            further folders that must be seen inside at the same place (a local package index)
set -euo pipefail

source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
root=${1:-$(mktemp -d)}

if [ ! -e "$root/etc/debian_version" ]; then
    debootstrap --variant=minbase bookworm "$root" ${DEBIAN_MIRROR:+"$DEBIAN_MIRROR"}
    chroot "$root" apt-get -qq install -y --no-install-recommends python3
fi
[ -z "${PIP_CONFIG:-}" ] || cp "$PIP_CONFIG" "$root/etc/pip.conf"
[ -z "${CA_BUNDLE:-}" ] || cp "$CA_BUNDLE" "$root/etc/ca-bundle-of-host.crt"
cp /etc/resolv.conf "$root/etc/resolv.conf"

rm -rf "$root/srv/medscan" "$root/srv/sample"
git clone --quiet "$source" "$root/srv/medscan"
# git itself is not there: the date of the build comes with the clone.
date=$(git -C "$source" log -1 --format=%ct)
mkdir -p "$root/srv/sample"
echo harmless > "$root/srv/sample/note.txt"

cat > "$root/srv/prove" <<'PROVE'
set -eu
cd /srv/medscan
python3 dev.py run scan /srv/sample --lang en --report /srv/r.pdf
head -c 5 /srv/r.pdf | grep -q '%PDF-'
bash .ci/run
PROVE

# A mount namespace of its own, with the folder as its root file system: nothing stays mounted when this ends.
unshare --mount bash -euo pipefail -s "$root" "$date" ${BIND:-} <<'INSIDE'
root=$1 date=$2
shift 2
mount --make-rprivate /
mount --bind "$root" "$root"
mount --bind /proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t sysfs sysfs "$root/sys"
for folder in "$@"; do
    mkdir -p "$root$folder"
    mount --bind "$folder" "$root$folder"
done
certificates=()
[ ! -e "$root/etc/ca-bundle-of-host.crt" ] || certificates=(PIP_CERT=/etc/ca-bundle-of-host.crt)
mkdir -p "$root/mnt/host"
cd "$root"
pivot_root . mnt/host
umount -l /mnt/host
rmdir /mnt/host
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root CI=true SOURCE_DATE_EPOCH="$date" "${certificates[@]}" \
    bash /srv/prove < /dev/null
INSIDE
