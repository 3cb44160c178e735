# bash completion of check_haproxy_certs, made from its flags: do not edit.
_check_haproxy_certs() {
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
	case $before in
	-S|--socket) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
	-s|--section|-x|--exclude) mapfile -t COMPREPLY < <(compgen -W "$(lshaproxy --list names --timeout 1s 2>/dev/null)" -- "$word"); return ;;
	--unreachable) mapfile -t COMPREPLY < <(compgen -W "ok warning critical unknown" -- "$word"); return ;;
	--refused) mapfile -t COMPREPLY < <(compgen -W "ok warning critical unknown" -- "$word"); return ;;
	--perfdata) mapfile -t COMPREPLY < <(compgen -W "none summary sections servers" -- "$word"); return ;;
	--log-level) mapfile -t COMPREPLY < <(compgen -W "off error warn info debug trace" -- "$word"); return ;;
	-w|--warning|-c|--critical|-t|--timeout|--max-output) return ;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "-S --socket --unreachable --refused -s --section -x --exclude -w --warning -c --critical --unused --no-disk -t --timeout -v --verbose --perfdata --json --max-output --log-level -V --version -h --help" -- "$word")
}
complete -F _check_haproxy_certs check_haproxy_certs
