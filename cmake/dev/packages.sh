# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# Debian packages: reads packages.list, installs what is missing.

no_install=
# With this, --no-install goes on with the packages that are there.
go_without=
no_units=
# shellcheck disable=SC2034 # configure() starts afresh after an installation
installed_some=

# packages_in GROUP...: the packages of these groups, one a line
packages_in() {
	awk -v groups=" $* " '/^[a-z]/ && index(groups, " " $1 " ") {
		print $2 }' packages.list
}

package_groups() { awk '/^[a-z]/ && !seen[$1]++ { print $1 }' packages.list; }

# missing_in GROUP...: those that dpkg does not call installed
missing_in() {
	comm -23 <(packages_in "$@" | sort -u) \
		<(dpkg-query -W -f '${db:Status-Abbrev}${Package}\n' |
			sed -n 's/^ii *//p' | sort -u)
}

apt() {
	local root=()

	[[ $(id -u) == 0 ]] || root=(sudo -n)
	"${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get \
		-o DPkg::Lock::Timeout=300 "$@"
}

# need GROUP...: have the packages of these groups on the machine, or fail
need() {
	local group missing here sudo=

	if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null
	then
		say "  No apt on this machine: using the tools that it has."
		return 0
	fi
	mapfile -t missing < <(missing_in "$@")
	((${#missing[@]})) || return 0

	[[ $(id -u) == 0 ]] || ! command -v sudo >/dev/null || sudo='sudo '
	say "  ${#missing[@]} Debian packages are missing" \
		"(./dev packages says what each is for):"
	for group; do
		here=$(comm -12 <(packages_in "$group" | sort -u) \
			<(printf '%s\n' "${missing[@]}") | paste -sd ' ')
		[[ ! $here ]] || printf '    %-9s %s\n' "$group" "$here"
	done
	if [[ $no_install && $go_without ]]; then
		say "  Going on without (--no-install): tests that need them" \
			"are skipped or fail. To install them:"
		say "  ${sudo}apt-get update && ${sudo}apt-get install" \
			"--no-install-recommends ${missing[*]}"
		# shellcheck disable=SC2034 # cmd_test() builds without unit tests
		[[ " ${missing[*]} " != *" libcriterion-dev "* ]] || no_units=1
		return 0
	elif [[ $no_install ]]; then
		complain "not installing (--no-install). To install them:"
	elif ! may_install; then
		complain "not root, and no sudo to be had. To install them, as root:"
	else
		say "  Installing them with ${sudo}apt-get."
		install_packages "${missing[@]}"
		return
	fi
	say "${sudo}apt-get update && ${sudo}apt-get install" \
		"--no-install-recommends ${missing[*]}" >&2
	return 3
}

# A password is asked for before the first phase draws over the prompt.
may_install() {
	[[ $(id -u) != 0 ]] || return 0
	command -v sudo >/dev/null || return 1
	sudo -n true 2>/dev/null || { [[ -t 0 && -t 2 ]] && sudo -v; }
}

# Nothing that the user has is removed to make room (--no-remove). A source
# list that cannot be refreshed matters only if it was needed to install.
install_packages() {
	phase "packages update" apt update ||
		say "  Going on with the package lists as they are."
	phase "packages install" apt install --yes --no-remove \
		--no-install-recommends "$@" || return 3
	# shellcheck disable=SC2034 # see its definition
	installed_some=1
}
