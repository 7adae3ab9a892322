# shellcheck shell=bash
# Completion of ./waymark for bash:  source lessons/course/completion.bash
#
# The words and options are read from `./waymark help` when they are asked for, so none is missing here. It is the help
# of the checkout in which this file lies: a folder in which somebody presses Tab is not run.

_waymark_root=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../..

_waymark() {
    local current=${COMP_WORDS[COMP_CWORD]} help words line folder
    help=$("$_waymark_root/waymark" help) || return 0
    COMPREPLY=()
    if ((COMP_CWORD == 1)); then
        # Teachers' words stand in one line: "grade, lesson new, ...".
        words=$(sed -nE 's/^  \.\/waymark ([a-z|-]+).*/\1/p; s/^  for teachers: (.*); each .*/\1/p' <<<"$help" |
            tr '|,' '\n' | awk '{ print $1 }' | sort -u)
    elif [[ $current == -* ]]; then
        line=$(grep -E "^  \./waymark ([a-z]+\|)*${COMP_WORDS[1]//[^a-z-]/}(\||[[:space:]])" <<<"$help") || return 0
        words=$(grep -oE -e '--[a-z-]+' <<<"$line")
    else
        case ${COMP_WORDS[1]} in begin | check | watch | hint | solution | reset | demo | slides | grade | prove) ;; *) return 0 ;; esac
        words=''
        for folder in "$_waymark_root"/lessons/[0-9][0-9]-*/; do
            folder=${folder%/}
            words+=" $(printf '%.2s' "${folder##*/}")"
        done
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -o default -F _waymark waymark ./waymark
