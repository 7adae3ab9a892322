#include "services/service.hh"

#include <csignal>
#include <initializer_list>

#include "daemon/error.hh"
#include "daemon/privileges.hh"

namespace waymark::tracker {

namespace {

// Ctrl-C and the end of a terminal signal every process of the group, and a service manager may,
// too. The supervisor hears them and stops the services in order; a service that listened to them
// as well would be gone before its clients had their answers.
void leave_signals_to_the_supervisor() {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE})
        if (std::signal(signal, SIG_IGN) == SIG_ERR) daemon::fail(errno, "signal");
}

}  // namespace

int run_service(ServiceStart& start) {
    if (!start.settings.one_process) {
        leave_signals_to_the_supervisor();
        // The store hears no stranger.
        if (start.kind != ServiceKind::store) daemon::forbid_dangerous_calls();
    }
    switch (start.kind) {
        case ServiceKind::store:
            return run_store(start);
        case ServiceKind::receiver:
            return run_receiver(start);
        case ServiceKind::web_app:
            return run_web_app(start);
    }
    return daemon::kExitUsage;
}

}  // namespace waymark::tracker
