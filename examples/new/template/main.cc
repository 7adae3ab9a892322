// newdaemon: answers each line with the same line in capital letters. Its life in the order of the
// lines: the socket, the pid file, the log, the background, serve. It ends with 0 after SIGTERM or
// SIGINT, with 100 when you must change a word or a file first, with 111 when the system refused.

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/daemonize.hh"
#include "daemon/deadline.hh"
#include "daemon/error.hh"
#include "daemon/log.hh"
#include "daemon/pidfile.hh"
#include "daemon/signals.hh"
#include "net/inherited_sockets.hh"
#include "net/listener.hh"
#include "net/socket_file.hh"
#include "options.hh"
#include "service.hh"

namespace {

using namespace app;

// One that was told to stop needs a moment for it.
constexpr std::chrono::seconds kWaitForPredecessor{3};

// The service manager's, if it brings one (newdaemon.socket); otherwise that of --listen, whose
// file, if it has one, is ours to remove.
net::Listener open_listener(const Options& options, net::SocketFile& file) {
    std::vector<net::InheritedSocket> sockets = net::take_inherited_sockets();
    if (sockets.empty()) {
        net::Listener listener(options.listen);
        file = net::SocketFile(listener.address());
        return listener;
    }
    if (sockets.size() > 1) throw daemon::UsageError("newdaemon takes one socket, and got more");
    return net::Listener::adopt(std::move(sockets.front().socket));
}

daemon::Readiness leave_terminal(const Options& options, const net::Listener& listener,
                                 const daemon::Log& log,
                                 const std::optional<daemon::PidFile>& pid_file) {
    if (!options.background) return daemon::Readiness::foreground();
    std::vector<int> kept = {listener.fd().get(), log.fd().get()};
    if (pid_file) kept.push_back(pid_file->fd().get());
    return daemon::daemonize("newdaemon", {.keep = std::move(kept)});
}

int serve(const Options& options, const ReadAgain& read_again) {
    daemon::ignore_sigpipe();
    daemon::open_standard_descriptors();
    net::SocketFile file;
    net::Listener listener = open_listener(options, file);
    std::optional<daemon::PidFile> pid_file;
    if (!options.pid_file.empty())
        pid_file.emplace(
            daemon::PidFile::lock(options.pid_file, daemon::Deadline::after(kWaitForPredecessor)));
    daemon::Log log(options.log);
    daemon::Readiness readiness = leave_terminal(options, listener, log, pid_file);
    if (pid_file) pid_file->write_pid();
    const std::string address = listener.address().to_string();
    Service service(std::move(listener), options.settings, log, readiness, read_again);
    log.notice("listening on {}", address);
    readiness.ready();
    service.run();
    file.remove();
    log.notice("stopped");
    return daemon::kExitOk;
}

}  // namespace

int main(int argument_count, char** arguments) {
    return daemon::run_main("newdaemon", [&] {
        const auto read = [&] { return parse_options(argument_count, arguments); };
        const std::optional<Options> options = read();
        return options ? serve(*options, read) : daemon::kExitOk;
    });
}
