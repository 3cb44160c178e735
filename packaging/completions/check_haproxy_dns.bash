# bash completion of check_haproxy_dns, made from its flags: do not edit.
_check_haproxy_dns_sections() {
	local words word before= source=()
	read -ra words <<<"${COMP_LINE//[\"\']/}"
	for word in "${words[@]}"; do
		[[ $word != --*=* ]] || before=${word%%=*} word=${word#*=}
		case $before in
		-S|--socket|-u|--url|-H|--hostname|-p|--port|--stats-file) source+=("$before" "$word") ;;
		esac
		before=$word
	done
	lshaproxy --list names --timeout 1s "${source[@]}" 2>/dev/null | sed -nE 's/^(backend) //p'
}
_check_haproxy_dns() {
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
	if [ "$word" = = ]; then
		word=
	elif [ "$before" = = ]; then
		before=${COMP_WORDS[COMP_CWORD-2]}
	fi
	case $before in
	-S|--socket|--password-file|--ca-file|--cert|--key|--stats-file) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
	-s|--section|-x|--exclude) mapfile -t COMPREPLY < <(compgen -W "$(_check_haproxy_dns_sections)" -- "$word"); return ;;
	--unreachable) mapfile -t COMPREPLY < <(compgen -W "ok warning critical unknown" -- "$word"); return ;;
	--refused) mapfile -t COMPREPLY < <(compgen -W "ok warning critical unknown" -- "$word"); return ;;
	--perfdata) mapfile -t COMPREPLY < <(compgen -W "none summary sections servers" -- "$word"); return ;;
	--log-level) mapfile -t COMPREPLY < <(compgen -W "off error warn info debug trace" -- "$word"); return ;;
	-u|--url|-H|--hostname|-p|--port|-U|--username|-P|--password|--server-name|--nameserver|-t|--timeout|--max-output) return ;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "-S --socket -u --url -H --hostname -p --port --tls -U --username -P --password --password-file --ca-file --cert --key --server-name -k --insecure --proxy -4 --use-ipv4 -6 --use-ipv6 --extra-opts --stats-file --unreachable --refused -s --section -x --exclude --nameserver --no-lookup -t --timeout -v --verbose --perfdata --json --max-output --log-level -V --version -h --help" -- "$word")
}
complete -F _check_haproxy_dns check_haproxy_dns
