# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# Phases: a command whose output goes to build/log/NAME.log. A terminal sees
# one line that is redrawn; a pipe sees a line when the phase ends, and one
# every HEARTBEAT seconds until then, so that CI never looks hung.

HEARTBEAT=30
verbose=
watcher=

say() { printf '%s\n' "$*"; }
complain() { printf 'dev: %s\n' "$*" >&2; }

on_terminal() { [[ -t 1 && ${TERM:-dumb} != dumb ]]; }

end_watch() {
	[[ $watcher ]] || return 0
	kill "$watcher" 2>/dev/null
	wait "$watcher" 2>/dev/null
	watcher=
}
trap end_watch EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

clock() { printf '%d:%02d' $(($1 / 60)) $(($1 % 60)); }

# watch_log NAME LOG: draw the log's last line until killed
watch_log() {
	local start=$SECONDS next=$((SECONDS + HEARTBEAT)) width line

	while sleep 1 >/dev/null 2>&1; do
		if on_terminal; then
			width=$(stty size 2>/dev/null <&1)
			width=${width#* }
		elif ((SECONDS < next)); then
			continue
		fi
		next=$((SECONDS + HEARTBEAT))
		line=$(tail -n 1 -- "$2" 2>/dev/null | tr -d '\000-\037')
		line=$(printf '  %-20s %5s  %s' "$1" \
			"$(clock $((SECONDS - start)))" "$line")
		if on_terminal; then
			printf '\r\033[K%s' "${line:0:$((${width:-80} - 1))}"
		else
			say "${line:0:110}"
		fi
	done
}

# log_end LOG: what matters of a failed log; progress lines do not
log_end() {
	local lines=40

	[[ ! ${CI-} ]] || lines=400
	grep -vE '^ +Start +[0-9]+:| Passed +[0-9.]+ sec *$|^\[[0-9]+/[0-9]+\] ' \
		-- "$1" | tail -n "$lines" | sed 's/^/    | /'
}

# Hundredths of seconds of processors that ended children took so far.
spent() {
	local stat

	stat=$(cat "/proc/$$/stat")
	# shellcheck disable=SC2086 # fields
	set -- ${stat##*) }
	echo $((${14} + ${15}))
}

# phase NAME COMMAND...: run it; on failure show its log's end, return 1. What
# it took goes to build/log/phases.tsv, for ./dev times.
phase() {
	local name=$1 log=build/log/${1// /-}.log start=$SECONDS rc
	local spent
	spent=$(spent)
	shift

	mkdir -p build/log 2>/dev/null
	if ! : 2>/dev/null >"$log"; then
		complain "cannot write $log (did root make build/ before?)"
		return 1
	fi
	if [[ $verbose ]]; then
		"$@" </dev/null 2>&1 | tee -- "$log"
		rc=${PIPESTATUS[0]}
	else
		watch_log "$name" "$log" &
		watcher=$!
		"$@" </dev/null >"$log" 2>&1
		rc=$?
		end_watch
	fi

	spent=$(($(spent) - spent))
	printf '%s\t%d\t%d.%02d\n' "$name" $((SECONDS - start)) \
		$((spent / 100)) $((spent % 100)) >>build/log/phases.tsv
	! on_terminal || printf '\r\033[K'
	printf '  %-20s %5s' "$name" "$(clock $((SECONDS - start)))"
	if ((rc == 0)); then
		printf '\n'
		return 0
	fi
	printf '  FAILED (status %d); the end of %s:\n' "$rc" "$log"
	[[ $verbose ]] || log_end "$log"
	return 1
}
