# bash completion of check_haproxy_process, made from its flags: do not edit.
_check_haproxy_process_sections() {
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
_check_haproxy_process() {
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
	if [ "$word" = = ]; then
		word=
	elif [ "$before" = = ]; then
		before=${COMP_WORDS[COMP_CWORD-2]}
	fi
	case $before in
	-S|--socket|--config|--state-dir) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
	-s|--section|-x|--exclude) mapfile -t COMPREPLY < <(compgen -W "$(_check_haproxy_process_sections)" -- "$word"); return ;;
	--unreachable) mapfile -t COMPREPLY < <(compgen -W "ok warning critical unknown" -- "$word"); return ;;
	--refused) mapfile -t COMPREPLY < <(compgen -W "ok warning critical unknown" -- "$word"); return ;;
	--failed-reload) mapfile -t COMPREPLY < <(compgen -W "ok warning critical unknown" -- "$word"); return ;;
	--not-reloaded) mapfile -t COMPREPLY < <(compgen -W "ok warning critical unknown" -- "$word"); return ;;
	--peers) mapfile -t COMPREPLY < <(compgen -W "ok warning critical unknown" -- "$word"); return ;;
	--perfdata) mapfile -t COMPREPLY < <(compgen -W "none summary sections servers" -- "$word"); return ;;
	--log-level) mapfile -t COMPREPLY < <(compgen -W "off error warn info debug trace" -- "$word"); return ;;
	--old-workers|--old-worker-age|--min-uptime|--idle-warning|--idle-critical|--table-warning|--table-critical|--window|--sample|-t|--timeout|--max-output) return ;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "-S --socket --unreachable --refused -s --section -x --exclude --failed-reload --config --not-reloaded --old-workers --old-worker-age --min-uptime --idle-warning --idle-critical --peers --table-warning --table-critical --window --state-dir --sample -t --timeout -v --verbose --perfdata --json --max-output --log-level -V --version -h --help" -- "$word")
}
complete -F _check_haproxy_process check_haproxy_process
