# shellcheck shell=bash
# Programs that the waymark command starts, and how none of them is left behind. A shell that gets a
# signal while a program runs in its foreground waits for that program first; so long programs run
# in the background, each as a process group of its own, and the shell waits in `wait`, which a
# signal interrupts. Ctrl-C then reaches the shell alone, and the shell ends the groups in order.
# Not for programs that ask something on the terminal: those run in the foreground as usual.

tended=() # process groups that are running, oldest first

# The kernel sends SIGTERM to the child when this shell dies in a way that no trap sees (SIGKILL):
# prctl(2), PR_SET_PDEATHSIG.
leash=()
if setpriv --help 2>/dev/null | grep -q -e --pdeathsig; then
    leash=(setpriv --pdeathsig TERM --)
fi

# tend COMMAND...: starts it in its own process group; the group's id is in $child afterwards.
tend() {
    set -m # job control for this one start: it is what makes the group
    "${leash[@]}" "$@" </dev/null &
    child=$!
    set +m
    tended+=("$child")
}

# wait_for GROUP: returns its exit status. A caught signal ends the wait early and runs its trap.
wait_for() {
    local status=0
    wait "$1" 2>/dev/null || status=$?
    return "$status"
}

# run COMMAND...: starts it, waits for its end, returns its exit status.
run() {
    local child status=0
    tend "$@"
    wait_for "$child" || status=$?
    unset 'tended[-1]' # the kernel may give the number to a stranger from now on
    return "$status"
}

# A dead leader can leave members behind, so it is the group that is asked, not the process.
group_lives() { kill -0 -- "-$1" 2>/dev/null; }

# end_group GROUP: SIGTERM, ten seconds of grace, then SIGKILL.
end_group() {
    local tries
    kill -TERM -- "-$1" 2>/dev/null || return 0
    for ((tries = 0; tries < 200; ++tries)); do
        group_lives "$1" || return 0
        sleep 0.05
    done
    tell "process group $1 did not end within ten seconds and is killed"
    kill -KILL -- "-$1" 2>/dev/null || true
}

# Ends all groups, the newest first: the demo trip before the server that it talks to.
end_all() {
    local place
    for ((place = ${#tended[@]} - 1; place >= 0; --place)); do
        end_group "${tended[place]}"
    done
    tended=()
}

# A second Ctrl-C must not cut the orderly end short, so the signals are ignored from the first one.
interrupted() {
    trap '' INT TERM HUP
    end_all
    exit $((128 + $1))
}

trap 'interrupted 1' HUP
trap 'interrupted 2' INT
trap 'interrupted 15' TERM
trap end_all EXIT
