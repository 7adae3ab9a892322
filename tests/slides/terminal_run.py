"""Runs a program in a terminal of its own, as on a slide, and gives what it printed."""

import os
import pty
import select
import subprocess

LIMIT_S = 120
# As small as on a slide (slides/server/shown_program.cc): a demo that crashes on purpose must crash also
# where everything is built with sanitizers.
VARIABLES = {"ASAN_OPTIONS": "handle_segv=0:handle_abort=0:detect_leaks=0:detect_stack_use_after_return=0", "LANG": "C.UTF-8", "PATH": os.environ["PATH"]}


def output_of(command, lines=()):
    """`lines` are what is typed; behind them comes the end of the input."""
    ours, its = pty.openpty()
    program = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=its, stderr=its, start_new_session=True,
                               env=VARIABLES)
    os.close(its)
    with program.stdin as typed:
        typed.write("".join(f"{line}\n" for line in lines).encode())
    text = b""
    try:
        while select.select([ours], [], [], LIMIT_S)[0]:
            try:
                part = os.read(ours, 65536)
            except OSError:  # nobody has the terminal any more
                break
            text += part
        else:
            raise AssertionError(f"{command[0]} is silent for {LIMIT_S} s after: {text.decode('utf-8', 'replace')}")
    finally:
        os.close(ours)
        program.kill()
        program.wait()
    return text.decode("utf-8", "replace")
