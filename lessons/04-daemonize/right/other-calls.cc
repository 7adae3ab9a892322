// source: daemon/daemonize.cc
// why it is right: every step is done by other calls, and those that are inherited are done before
// the second fork

namespace {

// Closing and opening at once: open(2) gives the lowest free number, which is this one.
void put_null_on(int number) {
    ::close(number);
    const int opened = ::open("/dev/null", O_RDWR);
    if (opened != number) fail(opened == -1 ? errno : EBADF, "open", "/dev/null");
}

void signals_as_at_boot() {
    for (int signal = 1; signal <= SIGRTMAX; ++signal) {
        struct sigaction standard {};
        standard.sa_handler = SIG_DFL;
        ::sigaction(signal, &standard, nullptr);  // refused for SIGKILL and two of the library
    }
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

// The end of a dead daemon's channel is an event like its word; there is no need to wait for the
// process between first. It is collected by who adopts it when this process ends.
[[noreturn]] void end_as_told(std::string_view program, Channel& word) {
    for (;;) {
        Channel::Received received = word.receive();
        if (received.result == Channel::Result::would_block) {
            pollfd readable{word.fd().get(), POLLIN, 0};
            ::ppoll(&readable, 1, nullptr, nullptr);
            continue;
        }
        if (received.result == Channel::Result::closed) {
            print_error(program, "no word came");
            ::_exit(kExitSystem);
        }
        const std::string text(received.message.substr(1));
        ::signal(SIGPIPE, SIG_IGN);
        if (!text.empty())
            ::dprintf(STDERR_FILENO, "%s: %s\n", std::string(program).c_str(), text.c_str());
        ::_exit(static_cast<unsigned char>(received.message[0]));
    }
}

// As fork(2), without the handlers of pthread_atfork(3).
pid_t plain_fork() {
    return check(::_Fork(), "_Fork");
}

}  // namespace

Readiness daemonize(std::string_view program, const DaemonOptions& options) {
    open_standard_descriptors();
    constexpr unsigned kLast = ~0U;
    for (unsigned first = 3, next = 0; next != kLast; first = next + 1) {
        next = kLast;  // the lowest from `first` on that is to be kept
        for (const int keep : options.keep)
            if (keep >= static_cast<int>(first)) next = std::min(next, static_cast<unsigned>(keep));
        if (next > first) check(::close_range(first, next - 1, 0), "close_range");
    }
    signals_as_at_boot();
    clean_environment(options.environment);
    std::fflush(nullptr);
    std::optional<ChannelPair> ends = make_channel();
    if (plain_fork() != 0) {
        ends->second.close();
        end_as_told(program, ends->first);
    }
    ends->first.close();
    Readiness readiness(std::move(ends->second), ServiceNotifier(""));
    try {
        check(::setsid(), "setsid");
        ::umask(options.umask);
        check(::chdir(options.folder.c_str()), "chdir", options.folder);
        put_null_on(0);
        put_null_on(1);
        if (plain_fork() != 0) ::_exit(0);
    } catch (const std::exception& error) {
        readiness.failed(kExitSystem, error.what());
        ::_exit(kExitSystem);
    }
    return readiness;
}

void Readiness::ready() {
    if (starter_) put_null_on(2);
    tell_starter(kExitOk, "");
    notifier_.send("READY=1");
}
