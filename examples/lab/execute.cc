#include "execute.hh"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <deque>
#include <optional>

#include "daemon/children.hh"
#include "daemon/error.hh"
#include "daemon/signals.hh"
#include "host_lines.hh"

namespace waymark::lab {

namespace {

using daemon::check;
using daemon::Fd;

// The commands that run, and the greatest of their exit codes.
class Commands {
  public:
    Commands() {
        ::signal(SIGINT, SIG_IGN);  // the commands hear it themselves, from the terminal
        ::signal(SIGQUIT, SIG_IGN);
    }

    void start(const std::function<int()>& body) { children_.start(body, SIGKILL); }
    bool any() const { return !children_.running().empty(); }
    int signals_fd() const { return signals_.fd().get(); }
    int worst() const { return worst_; }

    void heed_signals() {
        while (const std::optional<int> signal = signals_.next())
            if (*signal != SIGCHLD) children_.signal_all(*signal);
        for (const auto& [pid, status] : children_.reap())
            worst_ = std::max(worst_, status.exited() ? status.code() : 128 + status.signal());
    }

  private:
    daemon::SignalDescriptor signals_{SIGTERM, SIGHUP, SIGCHLD};
    daemon::Children children_;
    int worst_ = 0;
};

int run_with_output(const StartedHost& host, const Words& words, const Fd& nothing, const Fd& out,
                    const Fd& err) {
    check(::dup2(nothing.get(), 0), "dup2");
    check(::dup2(out.get(), 1), "dup2");
    check(::dup2(err.get(), 2), "dup2");
    return run_on_host(host, words);
}

}  // namespace

int execute(const StartedHost& host, const Words& words) {
    Commands commands;
    commands.start([&] { return run_on_host(host, words); });
    while (commands.any()) {
        pollfd some{commands.signals_fd(), POLLIN, 0};
        ::poll(&some, 1, -1);
        commands.heed_signals();
    }
    return commands.worst();
}

int execute_on_all(const std::vector<const StartedHost*>& hosts, const Words& words) {
    const Fd nothing(check(::open("/dev/null", O_RDWR | O_CLOEXEC), "open", "/dev/null"));
    Commands commands;
    std::deque<HostLines> outputs;
    for (const StartedHost* const host : hosts) {
        daemon::Pipe out = daemon::make_pipe();
        daemon::Pipe err = daemon::make_pipe();
        commands.start(
            [&] { return run_with_output(*host, words, nothing, out.writing, err.writing); });
        outputs.emplace_back(host->host.name, std::move(out.reading), stdout);
        outputs.emplace_back(host->host.name, std::move(err.reading), stderr);
    }
    // Until the commands have ended, not until the pipes have: what a command has left in the
    // background may hold them open for ever.
    while (commands.any()) {
        std::vector<pollfd> ready{{commands.signals_fd(), POLLIN, 0}};
        for (const HostLines& output : outputs) ready.push_back({output.fd(), POLLIN, 0});
        ::poll(ready.data(), ready.size(), -1);
        for (std::size_t i = 0; i < outputs.size(); ++i)
            if (ready[i + 1].revents != 0) outputs[i].take();
        commands.heed_signals();
    }
    for (HostLines& output : outputs) {
        if (output.fd() >= 0) output.take();  // a pipe holds no more than one take does
        if (output.fd() >= 0) output.finish();
    }
    return commands.worst();
}

}  // namespace waymark::lab
