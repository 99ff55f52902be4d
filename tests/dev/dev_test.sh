#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# usage: dev_test.sh SOURCE_TREE
#
# Runs a copy of the dev script in a directory whose name has a space, on a
# machine of fakes: cmake, ctest, gcovr, dpkg-query, apt-get, sudo and id are
# scripts that note how they were called; so is python3, which runs the models.
# Each case says what it promises; the name of a case that fails is printed with
# what dev said.
#
# shellcheck disable=SC2016 # the bodies of the fakes expand when they run

set -u
tree=$(cd -- "$1" && pwd) || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf -- "$work"' EXIT
here="$work/a tree"
calls="$work/calls"
installed="$work/installed"
out="$work/out"
bad=0

unset CC CXX CFLAGS CXXFLAGS LDFLAGS CI
export calls installed
export PATH="$work/bin:$PATH"
mkdir -p "$work/bin" "$here/cmake/dev" "$here/tests/model"
touch "$here/tests/model/mutex_model.c" "$here/tests/model/park_model.c"
cp -- "$tree/dev" "$tree/packages.list" "$here/"
cp -- "$tree"/cmake/dev/*.sh "$tree"/cmake/dev/*.py "$here/cmake/dev/"

# fake NAME BODY: note the call, then do BODY
fake() {
	printf '#!/bin/sh\necho "%s $*" >>"$calls"\n%s\n' "$1" "$2" \
		>"$work/bin/$1"
	chmod +x "$work/bin/$1"
}

# A machine where everything works: root, all packages there, tests pass.
fine_machine() {
	rm -rf -- "$here/build"
	packages >"$installed"
	fake id 'echo 0'
	fake sudo 'shift; exec "$@"'
	fake apt-get :
	fake dpkg-query 'sed "s/^/ii /" "$installed"'
	fake cmake 'case $1 in --preset) mkdir -p "build/$2" ;; esac'
	fake ctest 'echo "100% tests passed, 0 tests failed out of 3"'
	fake gcovr 'echo "TOTAL 3 3 100%"'
	fake python3 'echo "mutex: two: ok"; echo "3 tests, 9 executions in 1 s"'
}

packages() { "$here/dev" packages | sed -n 's/^[a-z]* *\([^ ]*\) *#.*/\1/p'; }

# run STATUS ARGUMENT...: dev must end so; its output goes to $out
run() {
	local want=$1 got
	shift
	: >"$calls"
	"$here/dev" "$@" >"$out" 2>&1 </dev/null
	got=$?
	((got == want)) || wrong "dev $*: status $got, not $want"
}

wrong() {
	bad=$((bad + 1))
	printf 'FAILED: %s: %s; dev said:\n' "$case" "$1"
	sed 's/^/    | /' "$out"
}

said() { grep -qF -e "$1" "$out" || wrong "not said: $1"; }
silent() { ! grep -q -e "$1" "$out" || wrong "said: $1"; }
called() { grep -qF -e "$1" "$calls" || wrong "not called: $1"; }
uncalled() { ! grep -q -e "^$1" "$calls" || wrong "called: $1"; }

fine_machine

case='usage'
run 2
said 'usage: ./dev COMMAND'
run 0 help
for command in test model report bench stress lint packages help; do
	said "  $command "
done
run 0 test --help
uncalled cmake

case='unknown words name what was meant'
run 2 tset
said "unknown command 'tset'; did you mean test?"
run 2 stress --second 3
said 'did you mean --seconds?'
run 2 lint --preset dev
said "unknown option of lint '--preset'"
run 2 test --preset tsam
said 'did you mean tsan?'
run 2 report --set smoky
said 'did you mean smoke?'
run 2 model --stem mutes
said "unknown family 'mutes'; did you mean mutex?"
run 2 model --mutant
said 'did you mean --mutants?'
run 2 packages crass
said 'did you mean cross?'

case='twins: all, or some that the commit chooses'
run 0 test --preset tsan --twins 7
called '-D KSYNC_TWINS=7 -D KSYNC_TWINS_SEED='
run 0 test --preset tsan
called '-U KSYNC_TWINS -U KSYNC_TWINS_SEED'
run 0 stress
called '-U KSYNC_TWINS -U KSYNC_TWINS_SEED'
run 2 test --twins none
said "not 'none'"

case='platforms: some test programs that the commit chooses, or all'
fake ctest 'echo "platforms: $KSYNC_PLATFORM_PROGRAMS of $KSYNC_SEED" >>"$calls"'
run 0 test
grep -q '^platforms: 20 of [0-9a-f-]*$' "$calls" || wrong 'not 20'
run 0 test --whole
called 'platforms: all of '
fine_machine

case='times says where the time of the last runs went'
run 0 times --more 2
called 'python3 -B cmake/dev/times.py --more 2'
run 0 test
grep -q '^dev test	[0-9]*	[0-9.]*$' "$here/build/log/phases.tsv" ||
	wrong 'no line in phases.tsv'
mkdir -p "$here/src/sleep"
echo 'ksync_primitive(mutex)' >"$here/src/sleep/CMakeLists.txt"
cat >"$here/build/log/dev.xml" <<-END
	<testsuite><testcase name="unit.mutex_fork.life" time="6"/>
	<testcase name="lint.order" time="2"/></testsuite>
END
/usr/bin/python3 -B "$here/cmake/dev/times.py" --more 2 >"$out" 2>&1
said 'dev test'
grep -q '^  dev: unit *1 *6 *75 % *18$' "$out" || wrong 'not three times as long'
grep -q '^  dev: lint *1 *2 *25 % *2$' "$out" || wrong 'the lint grows'
grep -q '^  mutex *6 *75 %$' "$out" || wrong 'no family mutex'
rm -rf "$here/build" "$here/src"

case='values'
run 2 test --preset
said '--preset takes a value'
run 2 stress --seconds 0
said "not '0'"
run 2 test --jobs=many
said "not 'many'"
run 0 stress --seconds=3 --jobs=2
called 'ctest --test-dir build/tsan --parallel 2'

case='test builds, runs and shows the summary'
cd / || exit 1
run 0 test
called 'cmake --preset dev'
called 'cmake --build build/dev'
called 'ctest --test-dir build/dev'
said '100% tests passed, 0 tests failed out of 3'
said 'build/log/'
uncalled apt-get

case='model builds only the models, runs them and says how much was explored'
run 0 model
called 'cmake --preset dev'
called 'cmake --build build/dev --parallel'
called '--target ksync_models'
called 'tests/model/run.py --build build/dev/tests/model --bound 1 --jobs'
said '3 tests, 9 executions in 1 s'
said 'build/log/models.log'
silent 'mutex: two'
uncalled ctest
run 0 model --stem=park --bound 2 --mutants --write
called '--bound 2'
called '--stem park --mutants --write'
run 2 model --bound none
said "not 'none'"
fake python3 'echo "mutex: two: FAILED"; echo "FAILED: mutex"; exit 1'
run 1 model
said '| mutex: two: FAILED'
fine_machine

case='all presets are those of CMakePresets.json'
run 0 test --preset all
sed -n 's/^cmake --preset \([^ ]*\).*/\1/p' "$calls" | sort >"$work/ours"
(cd -- "$tree" && PATH=${PATH#*:} cmake --list-presets) |
	sed -n 's/^ *"\(.*\)".*/\1/p' | sort >"$work/theirs"
cmp -s "$work/ours" "$work/theirs" ||
	wrong "$(diff "$work/theirs" "$work/ours" | tr '\n' ' ')"

case='quiet in a pipe'
run 0 test
silent $'[\r\033]'
(($(wc -l <"$out") <= 8)) || wrong 'too many lines'

case='an old build directory is kept unless what it was made for changed'
run 0 test
uncalled 'cmake.*--fresh'
CC=other run 0 test
called 'cmake --preset dev --fresh'
CC=other run 0 test
uncalled 'cmake.*--fresh'

case='a failed build ends the command, with the end of the log'
fake cmake 'case $1 in --build) echo "x.c:1: error"; exit 3 ;; esac'
run 1 bench
run 1 test
said '| x.c:1: error'
said 'build/log/dev-build.log'
uncalled ctest
fine_machine

case='a failed test is shown, passed ones are not'
fake ctest 'echo "1/2 Test #1: good .....   Passed    0.02 sec"
	echo "2/2 Test #2: poor ...***Failed    0.01 sec"; exit 8'
run 1 test --preset dev --preset release
said '| 2/2 Test #2: poor'
silent 'Test #1: good'
said 'FAILED: dev release'
run 1 stress
fine_machine

case='--no-install refuses with the command'
packages | grep -vx -e cmake -e valgrind -e libck-dev >"$installed"
run 3 test --no-install
said 'apt-get update && apt-get install --no-install-recommends cmake valgrind'
silent libck-dev
uncalled apt-get
uncalled cmake

case='--no-install with a filter goes on with what is there'
run 0 test --filter mutex --no-install
said 'Going on without'
said 'apt-get update && apt-get install --no-install-recommends cmake valgrind'
uncalled apt-get
called 'ctest --test-dir build/dev'
called '--tests-regex mutex'
called '-U KSYNC_TEST_RUNNER'
cp -- "$installed" "$work/some"
sed -i '/libcriterion-dev/d' "$installed"
run 0 test --filter mutex --no-install
called '-D KSYNC_TEST_RUNNER=none'
cp -- "$work/some" "$installed"
run 3 test --no-install
uncalled cmake

case='only what is missing, and only for the command, is installed'
cp -- "$installed" "$work/some"
packages >"$installed"
run 0 test
cp -- "$work/some" "$installed"
run 0 test
called 'apt-get -o DPkg::Lock::Timeout=300 update'
called '--no-remove --no-install-recommends cmake valgrind'
called 'cmake --preset dev --fresh'
uncalled 'apt-get.*libck-dev'
uncalled sudo
said 'build     cmake'

case='sudo when not root'
fake id 'echo 1000'
run 0 test
called 'sudo -n env DEBIAN_FRONTEND=noninteractive apt-get'
fake sudo 'exit 1'
run 3 test
said 'sudo apt-get update && sudo apt-get install'
uncalled cmake
fine_machine

case='an installation that fails ends the command'
: >"$installed"
fake apt-get 'case "$*" in *install*) echo "E: no such thing"; exit 100 ;; esac'
run 3 test
said '| E: no such thing'
uncalled cmake

printf '%s\n' "dev_test: $bad failed"
((bad == 0))
