#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What cannot be built is refused, or warned of, in words that say what to do.
#
#	refused.sh SOURCE BUILD

source=$1
build=$2

# says TEXT OPTION...: configuring says so; CMake breaks lines where it likes
says() {
	text=$1
	shift
	cmake --fresh -S "$source" -B "$build" -DKSYNC_INSTALL=OFF \
		-DKSYNC_BUILD_TESTS=OFF "$@" >"$build.said" 2>&1
	tr -s '\n ' ' ' <"$build.said" | grep -qF -- "$text" && return
	cat "$build.said"
	echo "FAILED: $*: says '$text'"
	exit 1
}

mkdir -p "$build" || exit
says 'no library to build' -DKSYNC_BUILD_SHARED=OFF -DKSYNC_BUILD_STATIC=OFF
says "KSYNC_RCU is 'mb', which is none of memb, bp and none" -DKSYNC_RCU=mb
says "'other', which is none of criterion, builtin and none" -DKSYNC_TEST_RUNNER=other

# A tree that is built in itself; no files of git's, nor of other builds'.
rm -rf "$build.tree"
mkdir "$build.tree"
cp -R "$source/CMakeLists.txt" "$source/cmake" "$source/include" "$build.tree"
cmake -S "$build.tree" -B "$build.tree" >"$build.said" 2>&1
if ! grep -F 'not built in its source directory' "$build.said" ||
	[ -e "$build.tree/include/ksync/config.h" ]; then
	cat "$build.said"
	echo "FAILED: a build in the source directory is refused"
	exit 1
fi

PKG_CONFIG_LIBDIR=$build
export PKG_CONFIG_LIBDIR
says 'no liburcu-memb (Debian: liburcu-dev), so this build has no RCU'
says 'the tests need Criterion (Debian: libcriterion-dev)' \
	-DKSYNC_BUILD_TESTS=ON -DKSYNC_RCU=none
says 'no pkg-config (Debian: pkgconf) to find liburcu' \
	-DPKG_CONFIG_EXECUTABLE="$build/none"

# The preset's flags for C++ are looked at also where there is no C++.
says 'Build files have been written' -DCMAKE_CXX_FLAGS_RELEASE=-O2
! grep -F 'not used by the project' "$build.said"
