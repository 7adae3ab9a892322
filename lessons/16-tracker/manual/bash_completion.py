"""A program's completion for bash, out of what it says by --help.

Behind an option that takes a value, and where a word takes a name, bash goes on with the names of files."""

import shlex

TEXT = """# bash completion for @NAME@(1), made from what it says by --help.

# The words and options behind the words $1: in $known_words, $known_options and, of the options, $known_valued take a value.
_@NAME@_known() {
    case $1 in
@CASES@        *) return 1 ;;
    esac
}

_@NAME@() {
    local current=${COMP_WORDS[COMP_CWORD]} path='' known_words known_options known_valued words i
    for ((i = 1; i < COMP_CWORD; ++i)); do
        if _@NAME@_known "${path:+$path }${COMP_WORDS[i]}"; then path=${path:+$path }${COMP_WORDS[i]}; fi
    done
    COMPREPLY=()
    _@NAME@_known "$path" || return 0
    if ((COMP_CWORD > 1)) && [[ " $known_valued " == *" ${COMP_WORDS[COMP_CWORD - 1]} "* ]]; then return 0; fi
    if [[ $current == -* ]]; then words=$known_options; else words=$known_words; fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -o default -F _@NAME@ @NAME@
"""


def cases(tree):
    """Of `case`, which both shells read. In zsh's own completion $words is what was typed, and $path is the PATH."""
    text = ""
    for word in tree.all_words():
        words = " ".join(each.path[-1] for each in word.words)
        options = " ".join([option.name for option in word.options] + ["--help"])
        valued = " ".join(option.name for option in word.options if not option.is_flag and option.value)
        text += (f"        {shlex.quote(' '.join(word.path))})\n            known_words='{words}'\n"
                 f"            known_options='{options}'\n            known_valued='{valued}'\n            ;;\n")
    return text


def script(name, tree):
    """The whole file. `name` is that of the program."""
    return TEXT.replace("@CASES@", cases(tree)).replace("@NAME@", name)
