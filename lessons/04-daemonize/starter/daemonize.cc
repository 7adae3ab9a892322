// Write this: puts /dev/null on descriptor `number` (0, 1 or 2), so that reading from 0 gives the end
// of file at once, and what is written to 1 and 2 is thrown away. open(2), dup2(2).

// Write this: what the first process does from the fork on. It collects its own child (waitpid; or
// leaves that to who adopts it when this process ends), waits until the daemon has sent its word
// (poll(2) on the channel's descriptor, then receive() once), and ends with _exit(2):
//   a word came      its first byte is the exit status, the rest is a message for the person: the
//                    line "PROGRAM: MESSAGE" on stderr, if there is any, also where stderr has a
//                    buffer (_exit(2) writes none). The status is the same where nobody reads stderr
//                    (SIGPIPE). print_error of daemon/error.hh needs no buffer and gets no signal
//   none came        the daemon is dead: say so in the same way, and end with kExitSystem (111)
// EINTR is no end, and no time-out is one: how long a start takes is the daemon's to say.

// Write this: the steps of daemon(7), in this order (daemonize.hh has the table):
//   before the fork  0 to 2 open (open_standard_descriptors), all others closed but
//                    options.keep (close_all_but, daemon/fd.hh), default signals
//                    (reset_all_signals, daemon/signals.hh), the environment cleaned
//                    (clean_environment), the buffers written (fflush(nullptr))
//   the channel      make_channel(): one end for each side. Each side closes the other's end
//   fork             the first process waits and ends, as above
//   in the child     setsid, fork again; the process between ends with _exit
//   in the daemon    /dev/null on 0 and 1 (not yet on 2), umask, folder
// A step that fails in the child is said to the first process with readiness.failed(kExitSystem,
// message), where the message names the step, and the child ends: the caller's code must not run in
// two processes.
// check() of daemon/error.hh turns a refusal of the system into an exception.
Readiness daemonize(std::string_view, const DaemonOptions&) {
    return Readiness(std::nullopt, ServiceNotifier(""));  // Readiness(the channel's end, ...)
}

// Write this: tell the manager ("READY=1" through notifier_). If a first process waits (starter_),
// put /dev/null on descriptor 2 and tell it kExitOk (tell_starter). Where the system refuses the
// null device, kExitOk is not said.
void Readiness::ready() {}
