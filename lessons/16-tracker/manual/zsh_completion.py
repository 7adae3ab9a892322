"""A program's completion for zsh, out of what it says by --help: the same as bash_completion.py.

Behind an option that takes a value, and where a word takes a name, zsh goes on with the names of files."""

import bash_completion

TEXT = """#compdef @NAME@
# zsh completion for @NAME@(1), made from what it says by --help.

# The words and options behind the words $1: in $known_words, $known_options and, of the options, $known_valued take a value.
_@NAME@_known() {
    case $1 in
@CASES@        *) return 1 ;;
    esac
}

_@NAME@() {
    local behind='' word known_words known_options known_valued
    for word in "${(@)words[2,CURRENT-1]}"; do
        if _@NAME@_known "${behind:+$behind }$word"; then behind=${behind:+$behind }$word; fi
    done
    _@NAME@_known "$behind" || return 1
    if ((CURRENT > 2)) && [[ " $known_valued " == *" ${words[CURRENT-1]} "* ]]; then
        _files
    elif [[ ${words[CURRENT]} == -* ]]; then
        compadd -- ${=known_options}
    elif [[ -n $known_words ]]; then
        compadd -- ${=known_words}
    else
        _files
    fi
}

# Found by its name it is the function's own first call; sourced, it says what it is for.
if [[ ${zsh_eval_context[-1]} == loadautofunc ]]; then _@NAME@ "$@"; else compdef _@NAME@ @NAME@; fi
"""


def script(name, tree):
    """The whole file. `name` is that of the program."""
    return TEXT.replace("@CASES@", bash_completion.cases(tree)).replace("@NAME@", name)
