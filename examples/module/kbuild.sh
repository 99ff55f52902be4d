#!/bin/sh
# SPDX-License-Identifier: MIT
#
#	kbuild.sh DIRECTORY
#
# The modules by Kbuild, in the directory, with the headers of any kernel that
# are installed; 77 if none are.

set -eu
for kernel in /lib/modules/*/build /usr/src/linux-headers-*[0-9]-*64; do
	[ -f "$kernel/Module.symvers" ] && break
	kernel=
done
if [ -z "$kernel" ]; then
	echo "skipped: there are no headers of a kernel here, which Debian has" \
		"in linux-headers-amd64"
	exit 77
fi
here=$(dirname "$0")
mkdir -p "$1"
cp "$here/Kbuild" "$here"/*.c "$1"
make -C "$kernel" M="$(cd "$1" && pwd)" modules
for module in hello leaks; do
	[ -f "$1/$module.ko" ] || { echo "FAILED: no $module.ko"; exit 1; }
done
echo ok
