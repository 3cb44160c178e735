# bash completion of lshaproxy, made from its flags: do not edit.
_lshaproxy_sections() {
	local words word before= source=()
	read -ra words <<<"${COMP_LINE//[\"\']/}"
	for word in "${words[@]}"; do
		[[ $word != --*=* ]] || before=${word%%=*} word=${word#*=}
		case $before in
		-S|--socket|-u|--url|-H|--hostname|-p|--port|--stats-file) source+=("$before" "$word") ;;
		esac
		before=$word
	done
	lshaproxy --list names --timeout 1s "${source[@]}" 2>/dev/null | sed -nE 's/^(frontend|backend) //p'
}
_lshaproxy() {
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
	if [ "$word" = = ]; then
		word=
	elif [ "$before" = = ]; then
		before=${COMP_WORDS[COMP_CWORD-2]}
	fi
	case $before in
	-S|--socket|--password-file|--ca-file|--cert|--key|--stats-file|-f|--file|--journal-file|--config) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
	-s|--section|-x|--exclude) mapfile -t COMPREPLY < <(compgen -W "$(_lshaproxy_sections)" -- "$word"); return ;;
	--unreachable) mapfile -t COMPREPLY < <(compgen -W "ok warning critical unknown" -- "$word"); return ;;
	--refused) mapfile -t COMPREPLY < <(compgen -W "ok warning critical unknown" -- "$word"); return ;;
	--list) mapfile -t COMPREPLY < <(compgen -W "names icinga2 nagios director json" -- "$word"); return ;;
	--color) mapfile -t COMPREPLY < <(compgen -W "auto always never" -- "$word"); return ;;
	--log-level) mapfile -t COMPREPLY < <(compgen -W "off error warn info debug trace" -- "$word"); return ;;
	-u|--url|-H|--hostname|-p|--port|-U|--username|-P|--password|--server-name|--ring|--log-format|--timezone|--at|--window|--baseline|--count|--nameserver|-t|--timeout) return ;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "-S --socket -u --url -H --hostname -p --port --tls -U --username -P --password --password-file --ca-file --cert --key --server-name -k --insecure --proxy -4 --use-ipv4 -6 --use-ipv6 --extra-opts --stats-file --unreachable --refused -s --section -x --exclude -f --file --journal --journal-file --ring --log-format --config --timezone --at --window --baseline --count --nameserver --no-lookup --watch --list -v --verbose --json --color -t --timeout --log-level -V --version -h --help" -- "$word")
}
complete -F _lshaproxy lshaproxy
