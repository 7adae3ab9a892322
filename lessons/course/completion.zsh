# Completion of ./waymark for zsh:  source lessons/course/completion.zsh
#
# The words and options are read from `./waymark help` when they are asked for, so none is missing here. It is the help
# of the checkout in which this file lies: a folder in which somebody presses Tab is not run.

typeset -g _waymark_root=${${(%):-%x}:A:h}/../..

_waymark() {
    local help line
    local -a found
    help=$("$_waymark_root/waymark" help) || return 1
    if ((CURRENT == 2)); then
        # Teachers' words stand in one line: "grade, lesson new, ...".
        found=(${(f)"$(sed -nE 's/^  \.\/waymark ([a-z|-]+).*/\1/p; s/^  for teachers: (.*); each .*/\1/p' <<<"$help" |
            tr '|,' '\n' | awk '{ print $1 }' | sort -u)"})
    elif [[ ${words[CURRENT]} == -* ]]; then
        line=$(grep -E "^  \./waymark ([a-z]+\|)*${words[2]//[^a-z-]/}(\||[[:space:]])" <<<"$help") || return 1
        found=(${(f)"$(grep -oE -e '--[a-z-]+' <<<"$line")"})
    else
        case ${words[2]} in
            begin | check | watch | hint | solution | reset | demo | slides | grade | prove)
                found=("$_waymark_root"/lessons/[0-9][0-9]-*(/N:t))
                found=(${(M)found#??})
                ;;
            *)
                _files
                return
                ;;
        esac
    fi
    compadd -- "${found[@]}"
}

(($+functions[compdef])) || { autoload -Uz compinit && compinit; }
compdef _waymark waymark ./waymark
