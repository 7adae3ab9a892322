// source: daemon/daemonize.cc
// misconception: the parent ends before the child is ready
// says: the parent ends before the child is ready
// The first process ends with 0 right after the fork.

namespace {

void put_null_on(int number) {
    const Fd null(check(::open("/dev/null", O_RDWR | O_CLOEXEC), "open", "/dev/null"));
    check(::dup2(null.get(), number), "dup2", "/dev/null");
}

// A session of its own has no terminal. Its leader would acquire one by opening it; so the leader
// ends, and the process that stays can never be one.
void leave_session() {
    check(::setsid(), "setsid");
    if (check(::fork(), "fork") != 0) ::_exit(kExitOk);
}

}  // namespace

Readiness daemonize(std::string_view, const DaemonOptions& options) {
    open_standard_descriptors();
    close_all_but(options.keep);
    reset_all_signals();
    clean_environment(options.environment);
    std::fflush(nullptr);  // or both processes write what is in the buffers
    ChannelPair ends = make_channel();
    const pid_t first_child = check(::fork(), "fork");
    if (first_child != 0) {
        ::_exit(kExitOk);
    }
    ends.first.close();
    Readiness readiness(std::move(ends.second), ServiceNotifier(""));
    try {
        leave_session();
        put_null_on(STDIN_FILENO);
        put_null_on(STDOUT_FILENO);
        ::umask(options.umask);
        check(::chdir(options.folder.c_str()), "chdir", options.folder);
    } catch (const std::exception& error) {
        // Not thrown on: the caller's code would run in two processes.
        readiness.failed(kExitSystem, error.what());
        ::_exit(kExitSystem);
    }
    return readiness;
}

void Readiness::ready() {
    notifier_.send("READY=1");
    if (!starter_) return;
    put_null_on(STDERR_FILENO);
    tell_starter(kExitOk, "");
}
