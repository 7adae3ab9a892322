"""A program's man page, with the words and options that it has by its --help.

The template is a page in man(7) with a line `.\\" @COMMANDS@`, where they go, and @VERSION@. What each option is, is
said by --help and by nobody else; what the template adds is what --help has no room for."""

import re

LONG_LIST = 10  # so many options are written once for all the words that have the same
MARK = '.\\" @COMMANDS@\n'


def escaped(text):
    """Plain text as troff reads it: a backslash, a dash that is a dash, and no line that is a request."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"^([.'])", r"\\&\1", text, flags=re.MULTILINE)


def sentence(option):
    notes = "; ".join(option.notes)
    text = option.text[:1].upper() + option.text[1:]
    if not notes:
        return f"{text}."
    return f"{text} ({notes})." if text else f"{notes[:1].upper()}{notes[1:]}."


def described(option):
    value = f' " {escaped(option.value)}"' if option.value and option.name.startswith("-") else ""
    macro = ".BI" if value else ".B" if option.name.startswith("-") else ".I"
    return f".TP\n{macro} {escaped(option.name)}{value}\n{escaped(sentence(option))}\n"


def synopsis(name, word):
    taken = " ".join(f"\\fI{escaped(each.name)}\\fR{'...' if 'may be repeated' in each.notes else ''}"
                     for each in word.positionals)
    return f"\\fB{escaped(' '.join((name, *word.path)))}\\fR" + (" [options]" if word.options else "") + \
        (f" {taken}" if taken else "")


def commands(name, tree):
    """A subsection for each word that does something by itself."""
    text, long_lists = "", {}
    for word in tree.all_words():
        if not word.path or word.words:
            continue
        text += f".SS {escaped(' '.join(word.path))}\n{synopsis(name, word)}\n.PP\n{escaped(word.text)}.\n"
        twin = long_lists.setdefault(repr(word.options), word) if len(word.options) > LONG_LIST else word
        text += "".join(described(each) for each in (*word.positionals, *(word.options if twin is word else [])))
        if twin is not word:
            text += f".PP\nThe options are those of\n.BR {escaped(' '.join(twin.path))} .\n"
    return text


def page(template, name, tree, version):
    """The whole page. Raises ValueError for a template without a place for the commands."""
    if template.count(MARK) != 1:
        raise ValueError(f"the template has no line {MARK!r}, or more than one")
    return template.replace("@VERSION@", escaped(version)).replace(MARK, commands(name, tree))
