# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# A preset: the packages that it takes, and how it is built and tested.

PRESETS='dev release checked asan-ubsan tsan tsan-user coverage analysis bench kernel package'

# Tests whose outcome no preset changes run in dev alone. By label:
DEV_ONLY='^(corpus|headers|lint|model|options|platform)$'

# groups_of PRESET: its groups of packages.list, one a line
groups_of() {
	local groups=(build test)

	case $1 in
	dev) groups+=(sanitize cross lint) ;;
	release | asan-ubsan | tsan | tsan-user) groups+=(sanitize) ;;
	coverage | package | kernel) groups+=(sanitize "$1") ;;
	analysis) groups+=(analysis) ;;
	bench) groups+=(bench report) ;;
	esac
	printf '%s\n' "${groups[@]}"
}

# configure PRESET [CMAKE ARGUMENT...]
# A build directory was made for one place, compiler and set of flags; CMake
# would silently keep the old ones, so a change of any starts it afresh.
configure() {
	local preset=$1 mark=build/$1/.made-for fresh=()
	local now="$PWD|${CC-}|${CXX-}|${CFLAGS-}|${CXXFLAGS-}|${LDFLAGS-}"

	[[ ! $installed_some && $now == "$(cat "$mark" 2>/dev/null)" ]] ||
		fresh=(--fresh)
	rm -f -- "$mark"
	phase "$preset configure" \
		cmake --preset "$preset" "${fresh[@]}" "${@:2}" &&
		printf '%s\n' "$now" >"$mark"
}

# build PRESET [CMAKE ARGUMENT...]
build() {
	configure "$@" &&
		phase "$1 build" cmake --build "build/$1" --parallel "$jobs"
}

# run_tests PRESET [CTEST ARGUMENT...]: ctest's own summary is shown; a run
# without a test is a failure
run_tests() {
	local preset=$1 junit=$PWD/build/log/$1.xml
	shift

	[[ $preset == dev ]] || set -- --label-exclude "$DEV_ONLY" "$@"
	rm -f -- "$junit"
	phase "$preset test" ctest --test-dir "build/$preset" \
		--parallel "$jobs" --output-on-failure --no-tests=error \
		--no-label-summary --output-junit "$junit" "$@" || return
	sed -n '/^[0-9]*% tests passed, /,${/./p}' "build/log/$preset-test.log"
}
