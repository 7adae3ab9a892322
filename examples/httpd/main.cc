// httpd: a web server for files and for programs (CGI), in four designs (designs.hh). Its life in
// the order of the lines: bind, open the logs, read the key of TLS, become somebody without rights,
// serve. It says on which addresses it listens once it does, and ends with 0 after SIGTERM or
// SIGINT, when what was under way is done.

#include <fcntl.h>
#include <signal.h>

#include <cerrno>
#include <optional>
#include <vector>

#include "daemon/error.hh"
#include "daemon/notify.hh"
#include "daemon/privileges.hh"
#include "daemon/signals.hh"
#include "designs.hh"
#include "listeners.hh"
#include "logs.hh"
#include "options.hh"
#include "tls.hh"

namespace {

using namespace waymark;
using httpd::Design;
using httpd::Options;

// 0, 1 and 2 are what a program of ours takes for its input and output: no socket may be there.
void hold_standard_descriptors() {
    while (true) {
        daemon::Fd nothing(daemon::check(::open("/dev/null", O_RDWR), "open", "/dev/null"));
        if (nothing.get() > 2) return;
        [[maybe_unused]] const int held = nothing.release();
    }
}

// A write to whoever is gone, or to a full disk, is an error of that write and not our end.
void ignore_signals_of_writes() {
    daemon::ignore_sigpipe();
    if (::signal(SIGXFSZ, SIG_IGN) == SIG_ERR) daemon::fail(errno, "signal SIGXFSZ");
}

void give_up_rights(const Options& options) {
    if (options.user.empty()) return;
    daemon::drop_permanently(options.user, options.group);
    daemon::set_no_new_privileges();
}

int serve(const Options& options) {
    hold_standard_descriptors();
    ignore_signals_of_writes();
    const daemon::ServiceNotifier manager = daemon::ServiceNotifier::from_environment();
    std::vector<net::SocketFile> files;
    const std::vector<net::Listener> listeners = httpd::open_listeners(options, files);
    httpd::Logs logs(options);
    std::optional<httpd::Tls> tls;
    if (!options.tls_key.empty()) tls.emplace(options, logs);
    give_up_rights(options);
    httpd::Shared shared(options, logs, tls ? &*tls : nullptr);
    const auto when_up = [&] {
        httpd::tell_addresses(listeners, tls.has_value());
        manager.send("READY=1");
    };
    switch (options.design) {
        case Design::event:
            httpd::serve_by_event_loops(shared, listeners, when_up);
            break;
        case Design::dynamic_threads:
        case Design::static_threads:
            httpd::serve_by_threads(shared, listeners, when_up);
            break;
        case Design::prefork:
            httpd::serve_by_processes(shared, listeners, when_up);
            break;
    }
    for (const net::SocketFile& file : files) file.remove();
    return daemon::kExitOk;
}

}  // namespace

int main(int argument_count, char** arguments) {
    return daemon::run_main("httpd", [&] {
        const std::optional<Options> options = httpd::parse_options(argument_count, arguments);
        return options ? serve(*options) : daemon::kExitOk;
    });
}
