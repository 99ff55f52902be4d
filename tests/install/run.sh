#!/bin/sh
# SPDX-License-Identifier: MIT
#
#	run.sh WORD
#
# One test of the installed package: the function test_WORD below. The variables
# in capitals come from CMakeLists.txt. Each check says what it is; the first
# that fails ends the test. Exit status 4: a tool is missing.
#
# shellcheck disable=SC2153 # capitals are not misspelt

set -eu
unset DESTDIR PKG_CONFIG_PATH LD_LIBRARY_PATH
unset CMAKE_PREFIX_PATH ksync_DIR ksync_ROOT

here=$(cd "$(dirname "$0")" && pwd)
prefix=$WORK/pre\ fix	# made by test_prefix, used by all
work=$WORK/$1		# this test's own
abi=${VERSION%.*}
name=ksync		# or ksync-checked: the module and the library
soname=lib$name.so.$abi
strict='-Wall -Wextra -Wpedantic -Werror'

# check WHAT COMMAND...: its output is shown only if it fails
check() {
	what=$1
	shift
	if "$@" >"$work/log" 2>&1; then
		echo "ok: $what"
	else
		cat "$work/log"
		echo "FAILED: $what: $*"
		exit 1
	fi
}

# fails WITH COMMAND...: it fails and says WITH
fails() {
	with=$1
	shift
	! "$@" >"$work/said" 2>&1 && grep -F -- "$with" "$work/said" && return
	cat "$work/said"
	return 1
}

same() { # FILE FILE: of lines, in any order
	sort "$1" >"$work/one" && sort "$2" >"$work/two" &&
		diff "$work/one" "$work/two"
}

need() { # TOOL PACKAGE
	command -v "$1" >/dev/null && return
	echo "not available: $1 (install the package $2)"
	exit 4
}

none() { # COMMAND...: it prints nothing
	"$@" >"$work/found" 2>&1 || :
	cat "$work/found"
	[ ! -s "$work/found" ]
}

# The build directory's list of what the developer installed stays as it is.
keep_manifests() {
	mkdir "$work/manifests"
	mv "$BUILD"/install_manifest*.txt "$work/manifests" 2>/dev/null || :
	trap 'rm -f "$BUILD"/install_manifest*.txt
		mv "$work"/manifests/* "$BUILD" 2>/dev/null || :' EXIT
}

install_to() { # PREFIX
	"$CMAKE" --install "$BUILD" --prefix "$1"
}

needs() { # FILE: the libraries that it asks for
	readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'
}

# linked_as KIND PROGRAM
linked_as() {
	case $1 in
	shared) needs "$2" | grep -x "$soname" ;;
	static) ! needs "$2" | grep ksync ;;
	esac
}

run_consumer() { # DIRECTORY KIND HOW
	for app in app_c app_cxx port abba_c abba_cxx; do
		check "$3, $2: $app is linked so" linked_as "$2" "$1/$app"
		check "$3, $2: $app runs" "$1/$app"
		cat "$work/log"
	done
}

# with_cmake KIND HOW -D...: configure and build the consumer, run its programs
with_cmake() {
	kind=$1
	how=$2
	shift 2
	check "$how, $kind: configures" "$CMAKE" -S "$here/consumer" \
		-B "$work/$how" -D KIND="$kind" "$@"
	cp "$work/log" "$work/configure"
	check "$how, $kind: builds" "$CMAKE" --build "$work/$how"
	run_consumer "$work/$how" "$kind" "$how"
}

with_package() { # KIND PREFIX
	with_cmake "$1" package -D CMAKE_PREFIX_PATH="$2" -U ksync_DIR
	check "package, $1: it was this one" \
		grep -F "ksync_DIR=$2/$LIBDIR/cmake/ksync" "$work/configure"
}

# ask PREFIX OPTION...: pkg-config, which looks there first
ask() {
	PKG_CONFIG_PATH=$1/$LIBDIR/pkgconfig
	export PKG_CONFIG_PATH
	shift
	pkg-config "$@"
}

# with_words WORDS COMMAND...: run it with pkg-config's WORDS at its end. They
# are quoted for a shell that reads them again, as a prefix may hold a space.
with_words() {
	words=$1
	shift
	eval 'set -- "$@"' "$words"
	"$@"
}

is_from() { # PREFIX
	[ "$(with_words "$(ask "$1" --variable=pcfiledir ksync)" echo)" = \
		"$1/$LIBDIR/pkgconfig" ]
}

# shellcheck disable=SC2086 # lists of words
with_pkg_config() { # KIND PREFIX
	out=$work/pkg_config
	mkdir -p "$out"
	case $1 in
	shared) link="-Wl,-rpath,$2/$LIBDIR" static='' ;;
	static) link=-static static=--static ;;
	esac
	check "pkg-config, $1: it is this one" is_from "$2"
	cflags=$(ask "$2" $static --cflags $name)
	# The order in which ksync comes before what takes its place.
	linux=$(ask "$2" $static --cflags --libs ksync-linux $name)
	libs=$(ask "$2" $static --libs $name)

	check "pkg-config, $1: C11" with_words "$cflags $libs" "$CC" $CFLAGS \
		-std=c11 $strict "$here/consumer/app.c" -o "$out/app_c" \
		"$link" -pthread
	check "pkg-config, $1: C++17" with_words "$cflags $libs" \
		"$CXX" $CXXFLAGS -std=c++17 $strict "$here/consumer/app.cc" \
		-o "$out/app_cxx" "$link" -pthread
	check "pkg-config, $1: misuse, C11" with_words "$cflags $libs" \
		"$CC" $CFLAGS -std=c11 $strict "$here/consumer/abba.c" \
		-o "$out/abba_c" "$link" -pthread
	check "pkg-config, $1: misuse, C++17" with_words "$cflags $libs" \
		"$CXX" $CXXFLAGS -std=c++17 $strict -x c++ \
		"$here/consumer/abba.c" -x none -o "$out/abba_cxx" "$link" \
		-pthread
	check "pkg-config, $1: native names" with_words "$cflags" \
		"$CC" $CFLAGS $strict -c "$here/consumer/till.c" -o "$out/till.o"
	check "pkg-config, $1: kernel names" with_words "$linux" \
		"$CC" $CFLAGS -std=c11 -Wall -Wextra -Werror "$here/consumer/port.c" \
		"$out/till.o" -o "$out/port" "$link"
	run_consumer "$out" "$1" pkg-config
}

has_rcu() {
	grep -q 'KSYNC_HAVE_RCU 1' "$prefix/include/ksync/config.h"
}

test_prefix() {
	keep_manifests
	rm -rf "$prefix"
	check "cmake --install into a fresh prefix" install_to "$prefix"
}

undocumented_options() {
	sed -nE 's/^(option|set)\((KSYNC_[A-Z_]+) .*("|CACHE).*/\2/p' \
		"$SOURCE/cmake/KsyncOptions.cmake" |
		while read -r option; do
			grep -q "^| \`$option\`" "$SOURCE/docs/packaging.md" ||
				echo "$option"
		done
}

dead_links() {
	doc=$prefix/share/doc/ksync
	[ -s "$doc/docs/mutex.md" ] && [ -s "$doc/examples/mutex.c" ] ||
		echo "no pages"
	find "$doc" -name '*.md' | while read -r page; do
		sed "s/\`[^\`]*\`//g" "$page" | grep -oE '\]\([^)#:]+' |
			sed 's/^](//; /^https*$/d' |
			while read -r link; do
				[ -e "${page%/*}/$link" ] ||
					echo "${page#"$doc"/}: $link"
			done
	done
}

test_layout() {
	library=$prefix/$LIBDIR/libksync.so
	(cd "$SOURCE/include" && find ksync -name '*.h' && cd compat &&
		find linux -name '*.h' | sed 's,^,ksync/compat/,' &&
		cd "$SOURCE/kernel/include" && find . -name '*.h' |
		sed 's,^\.,ksync/kernel,') >"$work/want"
	printf 'ksync/config.h\nksync/checked_names.h\n' >>"$work/want"
	(cd "$prefix/include" && find . -type f | sed 's,^\./,,') >"$work/have"
	check "the public headers, all and no others" \
		same "$work/want" "$work/have"
	cat >"$work/want" <<-END
		libksync-checked.a
		libksync-checked.so
		libksync-checked.so.$abi
		libksync-checked.so.$VERSION
		libksync-kernel.a
		libksync.a
		libksync.so
		$soname
		libksync.so.$VERSION
	END
	(cd "$prefix/$LIBDIR" && ls -d lib*) >"$work/have"
	check "the libraries" same "$work/want" "$work/have"
	check "the tools" [ -x "$prefix/bin/ksync-symbols" -a \
		-x "$prefix/bin/ksync-insmod" ]
	check "SONAME is $soname" \
		sh -c "readelf -d '$library' | grep -F 'soname: [$soname]'"
	check "SONAME of the checked one" sh -c "readelf -d \
		'${library%.so}-checked.so' |
		grep -F 'soname: [libksync-checked.so.$abi]'"
	check "no run path" none sh -c "readelf -d '$library' | grep -E 'R.*PATH'"
	check "exports something" \
		sh -c "nm -D --defined-only '$library' | grep ' ksync_mutex_lock@'"
	check "exports only ksync_*" none sh -c "nm -D --defined-only \
		'$library' | grep -vE ' (ksync_|KSYNC_[0-9.]+$)'"
	# DW.ref.: of a cleanup, the compiler's, and the same in any archive.
	check "defines only ksync_*, static" none sh -c "nm -g --defined-only \
		'${library%.so}.a' | grep -E ' [A-Z] ' |
		grep -vE ' (ksync_|DW\.ref\.)'"
	check "nothing of the checked library is in the other" none sh -c "
		nm '$library' '${library%.so}.a' |
		grep -E ' (ksync_checked|ksync__(dep|lockdep)_)'"
	check "the checked one has no lock by the other's name" none sh -c "
		nm -D --defined-only '${library%.so}-checked.so' |
		grep -E ' ksync_(mutex|spin|down|up|sem|rcu)'"
	check "no file names the prefix, the tree or the build" none \
		grep -rlF -e "$prefix" -e "$BUILD" \
		-e "$SOURCE/include" -e "$SOURCE/src" \
		"$prefix/$LIBDIR/cmake" "$prefix/$LIBDIR/pkgconfig" \
		"$prefix/include"
	check "each link in an installed page leads to a file" none dead_links
	check "docs/packaging.md names each option" none undocumented_options
	check "pkg-config knows the version" \
		ask "$prefix" --exact-version="$VERSION" ksync \
		ksync-linux ksync-checked ksync-kernel
}

# lookup ASK -D...: what find_package(ksync ASK) does
lookup() {
	words=$1
	shift
	"$CMAKE" -S "$here/lookup" -B "$work/build" -D ASK="$words" \
		-U ksync_DIR -U BUILD_SHARED_LIBS -U KSYNC_SHARED_LIBS "$@"
}

finds() { # KIND ASK -D...
	kind=$1
	shift
	lookup "$@" >"$work/said" 2>&1 &&
		grep -x -e "-- ksync::ksync is ksync::$kind" "$work/said" && return
	cat "$work/said"
	return 1
}

test_lookup() {
	major=${VERSION%%.*}
	minor=${abi#*.}
	at="-DCMAKE_PREFIX_PATH=$prefix"
	check "no component: shared" finds shared '' "$at"
	check "COMPONENTS static" finds static 'COMPONENTS;static' "$at"
	check "BUILD_SHARED_LIBS=OFF: static" \
		finds static '' "$at" -DBUILD_SHARED_LIBS=OFF
	check "KSYNC_SHARED_LIBS goes before BUILD_SHARED_LIBS" finds shared '' \
		"$at" -DKSYNC_SHARED_LIBS=ON -DBUILD_SHARED_LIBS=OFF
	check "a component goes before either" finds shared \
		'COMPONENTS;shared' "$at" -DKSYNC_SHARED_LIBS=OFF
	check "version $abi" finds shared "$abi" "$at"
	check "not version $major.$((minor + 1))" fails "version: $VERSION" \
		lookup "$major.$((minor + 1))" "$at"
	check "not version $major.$((minor - 1)): another ABI" \
		fails "version: $VERSION" lookup "$major.$((minor - 1))" "$at"
	check "not version $((major + 1))" fails "version: $VERSION" \
		lookup "$((major + 1))" "$at"
	check "an unknown component is named" fails \
		"there is no component fancy" lookup 'COMPONENTS;fancy' "$at"
	check "an unknown optional component is not there" \
		finds shared 'OPTIONAL_COMPONENTS;fancy' "$at"

	for gone in shared static; do
		[ $gone = shared ] && other=static || other=shared
		rm -rf "$work/without"
		cp -R "$prefix" "$work/without"
		rm "$work/without/$LIBDIR/cmake/ksync/ksync-$gone"*
		at="-DCMAKE_PREFIX_PATH=$work/without"
		check "a missing $gone library is named" fails \
			"there is no component $gone" \
			lookup "COMPONENTS;$gone" "$at"
		check "without it, $other" finds "$other" '' "$at"
	done

	has_rcu || return 0
	rm -rf "$work/build"
	at="-DCMAKE_PREFIX_PATH=$prefix"
	PKG_CONFIG_LIBDIR=$work
	export PKG_CONFIG_LIBDIR
	check "without liburcu, shared" finds shared '' "$at"
	check "that static needs it is said" fails "static needs" \
		lookup 'COMPONENTS;static' "$at"
}

test_cmake() {
	with_package shared "$prefix"
	with_package static "$prefix"
}

test_pkg_config() {
	with_pkg_config shared "$prefix"
	with_pkg_config static "$prefix"
}

# The same programs on the checked library.
test_checked() {
	name='ksync-checked'
	soname=lib$name.so.$abi
	for kind in shared static; do
		with_cmake $kind package -D CMAKE_PREFIX_PATH="$prefix" \
			-D CHECKED=checked -U ksync_DIR
		with_pkg_config "$kind" "$prefix"
	done
	with_cmake shared fetch_content -D KSYNC_TREE="$SOURCE" \
		-D FETCHCONTENT_FULLY_DISCONNECTED=ON -D CHECKED=checked

	cp -R "$prefix" "$work/without"
	rm "$work/without/$LIBDIR"/cmake/ksync/ksync-checked*
	at="-DCMAKE_PREFIX_PATH=$work/without"
	check "a missing checked library is named" fails \
		"there is no component checked" \
		lookup "COMPONENTS;checked" "$at"
	check "without it, the others" finds shared '' "$at"
}

# Built without it, nothing of it is there.
test_unchecked() {
	check "configures" "$CMAKE" -S "$SOURCE" -B "$work/tree" \
		-D CMAKE_C_COMPILER="$CC" -D KSYNC_BUILD_TESTS=OFF \
		-D KSYNC_BUILD_CHECKED=OFF
	check "builds" "$CMAKE" --build "$work/tree"
	check "installs" "$CMAKE" --install "$work/tree" --prefix "$work/p"
	check "no file of the checked library" none sh -c \
		"find '$work/p' ! -path '*/share/doc/*' -name '*checked*'"
	check "nor does one name it" none grep -rlE 'ksync::checked|-checked' \
		"$work/p/$LIBDIR/pkgconfig"
	check "there is no component checked" fails \
		"there is no component checked" \
		lookup "COMPONENTS;checked" "-DCMAKE_PREFIX_PATH=$work/p"
}

test_fetch_content() {
	for kind in shared static; do
		with_cmake $kind fetch_content -D KSYNC_TREE="$SOURCE" \
			-D FETCHCONTENT_FULLY_DISCONNECTED=ON
	done
	check "the user's build type is the user's" \
		grep -x 'CMAKE_BUILD_TYPE:STRING=' "$work"/*/CMakeCache.txt
	check "installs" "$CMAKE" --install "$work/fetch_content" \
		--prefix "$work/p"
	check "the user's installation is the user's" [ ! -e "$work/p" ]
	check "nor are there tests" none sh -c \
		"cd '$work/fetch_content' && find . -name '*_test*'"
	check "nor a checked library, which nobody links" none sh -c \
		"cd '$work/fetch_content' && find . -name 'libksync-checked*' -o -path '*ksync_checked*.o'"
}

# shellcheck disable=SC2086 # lists of words
example_with_pkg_config() { # STEM
	for kind in shared static; do
		program=$work/$1.$kind
		case $kind in
		shared) link=-Wl,-rpath,$prefix/$LIBDIR static='' ;;
		static) link=-static static=--static ;;
		esac
		check "$1, $kind: builds by pkg-config" with_words \
			"$(ask "$prefix" $static --cflags --libs ksync)" \
			"$CC" $CFLAGS -std=c11 $strict \
			"$SOURCE/examples/$1.c" -o "$program" "$link" -pthread
		check "$1, $kind: runs" "$program"
	done
}

test_examples() {
	check "the examples find the package" \
		"$CMAKE" -S "$SOURCE/examples" -B "$work/build" \
		-D CMAKE_PREFIX_PATH="$prefix" -D CMAKE_C_COMPILER="$CC" \
		-D CMAKE_BUILD_TYPE=Release
	check "they build" "$CMAKE" --build "$work/build"
	check "they run" env LD_LIBRARY_PATH="$prefix/$LIBDIR" \
		ctest --test-dir "$work/build" --output-on-failure
	for source in "$SOURCE"/examples/*.c; do
		stem=$(basename "$source" .c)
		[ "$stem" != rcu ] || has_rcu || continue
		example_with_pkg_config "$stem"
	done
}

test_moved() {
	keep_manifests
	check "install under DESTDIR" env DESTDIR="$work/stage" \
		"$CMAKE" --install "$BUILD" --prefix /opt/ksync
	with_pkg_config shared "$work/stage/opt/ksync"
	mv "$work/stage/opt/ksync" "$work/moved"
	check "nothing is left where it was" none find "$work/stage" -type f
	with_pkg_config static "$work/moved"
	with_package shared "$work/moved"
}

# shellcheck disable=SC2086 # lists of words
plugin() { # stays|inside LIBS OPTION...
	ksync=$1
	words="$(ask "$prefix" --cflags ksync) $2"
	shift 2
	check "the host builds" "$CC" $CFLAGS $strict "$here/plugin/host.c" \
		-o "$work/host" -pthread -ldl
	check "the host does not know ksync" linked_as static "$work/host"
	check "the plugin builds" with_words "$words" "$CC" $CFLAGS $strict \
		-shared -fPIC "$here/plugin/plugin.c" -o "$work/plugin.so" \
		"$@" -pthread
	check "load, use, unload; threads exit and a process forks after it" \
		"$work/host" "$work/plugin.so" "$soname" "$ksync"
	cat "$work/log"
}

test_plugin_shared() {
	plugin stays "$(ask "$prefix" --libs ksync)" -DCALLBACKS \
		-Wl,-rpath,"$prefix/$LIBDIR"
	check "the plugin asks for $soname" linked_as shared "$work/plugin.so"
}

# As pkg-config --static, but of ksync the archive.
test_plugin_static() {
	plugin inside "$(ask "$prefix" --static --libs ksync |
		sed 's/-lksync/-l:libksync.a/')"
	check "the plugin asks for no ksync" linked_as static "$work/plugin.so"
}

uninstall() {
	"$CMAKE" --build "$BUILD" --target uninstall
}

test_uninstall() {
	keep_manifests
	p=$work/p
	mkdir -p "$p/include/ksync" "$p/$LIBDIR/cmake" "$p/share" "$p/bin"
	for file in include/other.h include/ksync/other.h "$LIBDIR/libother.a"
	do
		echo "somebody else's" >"$p/$file"
	done
	(cd "$p" && find . && printf './share/doc\n./%s/pkgconfig\n' \
		"$LIBDIR") >"$work/before"
	check "install among others' files" install_to "$p"
	check "it is there" [ -e "$p/include/ksync/config.h" ]
	check "uninstall" uninstall
	(cd "$p" && find .) >"$work/after"
	check "all of it is gone, and nothing else" \
		same "$work/before" "$work/after"
	check "once more: nothing to remove" fails "nothing was installed" \
		uninstall

	check "install under DESTDIR" env DESTDIR="$work/stage" \
		"$CMAKE" --install "$BUILD" --prefix /opt/other
	check "uninstall under DESTDIR" env DESTDIR="$work/stage" \
		"$CMAKE" --build "$BUILD" --target uninstall
	check "nothing is left" none find "$work/stage" ! -type d
}

# Directories that were given as absolute paths, with a space in them.
test_absolute() {
	p=$work/pre\ fix
	check "configures" "$CMAKE" -S "$SOURCE" -B "$work/build" \
		-D CMAKE_C_COMPILER="$CC" -D KSYNC_BUILD_TESTS=OFF \
		-D CMAKE_INSTALL_PREFIX="$p" -D CMAKE_INSTALL_LIBDIR="$p/$LIBDIR" \
		-D CMAKE_INSTALL_INCLUDEDIR="$p/include"
	check "builds" "$CMAKE" --build "$work/build"
	check "installs" "$CMAKE" --install "$work/build"
	with_pkg_config static "$p"
	check "uninstalls" "$CMAKE" --build "$work/build" --target uninstall
	check "all of it is gone" none find "$p" ! -type d
	check "and so are ksync's directories" none find "$p" -name '*ksync*'
}

test_packages() {
	need dpkg-shlibdeps dpkg-dev
	need file file
	keep_manifests
	arch=$(dpkg --print-architecture)
	deb=$work/libksync${abi}_${VERSION}_$arch.deb
	dev=$work/libksync-dev_${VERSION}_$arch.deb
	check "cpack makes DEB and TGZ" cpack -B "$work" -G "DEB;TGZ" \
		--config "$BUILD/CPackConfig.cmake"
	check "$deb" [ -s "$deb" ]
	check "$dev" [ -s "$dev" ]
	check "the runtime package depends on libc6" \
		sh -c "dpkg-deb -f '$deb' Depends | grep 'libc6 (>= '"
	check "it says what programs linked with it depend on" \
		sh -c "dpkg-deb -I '$deb' shlibs | grep -x \
		'libksync $abi libksync$abi (>= $VERSION)'"
	check "and those linked with the checked library" \
		sh -c "dpkg-deb -I '$deb' shlibs | grep -x \
		'libksync-checked $abi libksync$abi (>= $VERSION)'"
	check "the other depends on just this one" \
		sh -c "dpkg-deb -f '$dev' Depends | grep -F \
		'libksync$abi (= $VERSION)'"
	for archive in "$deb" "$dev"; do
		check "unpack $archive" dpkg-deb -x "$archive" "$work/deb"
	done
	(cd "$work/deb/usr" && find . ! -type d) >"$work/have"
	(cd "$prefix" && find . ! -type d) >"$work/want"
	check "both together are what install puts in place" \
		same "$work/want" "$work/have"
	mkdir "$work/tgz"
	for archive in "$work"/*.tar.gz; do
		check "unpack $archive" tar -xzf "$archive" -C "$work/tgz"
	done
	(cd "$work/tgz" && find . ! -type d) >"$work/have"
	check "so are the archives" same "$work/want" "$work/have"
	with_pkg_config static "$work/tgz"
	with_package shared "$work/deb/usr"
}

rm -rf "$work"
mkdir -p "$work"
"test_$1"
