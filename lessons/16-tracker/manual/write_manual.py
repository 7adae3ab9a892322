#!/usr/bin/env python3
"""Asks a program once what it can do, and writes its man page and its completions for bash and zsh:
write_manual.py PROGRAM TEMPLATE VERSION PAGE COMPLETION ZSH_COMPLETION"""

import pathlib
import sys

import bash_completion
import command_words
import manual_page
import zsh_completion

program, template, version, page, completion, zsh = sys.argv[1:]
name = pathlib.Path(program).name
tree = command_words.read(program)
pathlib.Path(page).write_text(manual_page.page(pathlib.Path(template).read_text(encoding="utf-8"), name, tree, version),
                              encoding="utf-8")
pathlib.Path(completion).write_text(bash_completion.script(name, tree), encoding="utf-8")
pathlib.Path(zsh).write_text(zsh_completion.script(name, tree), encoding="utf-8")
