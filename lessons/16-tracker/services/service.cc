#include "services/service.hh"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <exception>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "daemon/error.hh"
#include "services/confinement.hh"
#include "services/service_log.hh"

namespace waymark::tracker {

namespace {

// Ctrl-C and the end of a terminal signal every process of the group, and a service manager may,
// too. The supervisor hears them and stops the services in order; a service that listened to them
// as well would be gone before its clients had their answers.
void leave_signals_to_the_supervisor() {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE})
        if (std::signal(signal, SIG_IGN) == SIG_ERR) daemon::fail(errno, "signal");
}

// Whoever started a daemon and reads its standard error to the end would wait for the services,
// too.
void forget_the_starter() {
    const daemon::Fd null(
        daemon::check(::open("/dev/null", O_RDWR | O_CLOEXEC), "open", "/dev/null"));
    daemon::check(::dup2(null.get(), STDERR_FILENO), "dup2", "/dev/null");
}

std::string log_name(const ServiceStart& start) {
    return start.kind == ServiceKind::receiver ? fmt::format("tracker receiver {}", start.number)
                                               : fmt::format("tracker {}", name_of(start.kind));
}

void become_a_service_process(const ServiceStart& start) {
    leave_signals_to_the_supervisor();
    if (!start.settings.foreground) forget_the_starter();
}

void give_up_the_rest(const ServiceStart& start) {
    const daemon::Enforced enforced = confine(start);
    start.log->debug("confined: system calls, and {}", enforced.describe());
}

int run(ServiceStart& start) {
    const bool is_a_process = !start.settings.one_process;
    if (is_a_process) become_a_service_process(start);
    start.log = std::make_unique<daemon::Log>(log_options(start.settings, log_name(start)));
    start.memory = ProcessMemory::of_this_process();
    if (is_a_process) give_up_the_rest(start);
    switch (start.kind) {
        case ServiceKind::store:
            return run_store(start);
        case ServiceKind::receiver:
            return run_receiver(start);
        case ServiceKind::web_app:
            return run_web_app(start);
        case ServiceKind::demo:
            return run_demo(start);
        case ServiceKind::caller:
            return run_caller(start);
    }
    return daemon::kExitUsage;
}

int fail(daemon::Channel& supervisor, int exit_code, std::string_view reason) {
    const std::string code(1, static_cast<char>(exit_code));
    supervisor.send(write_text(MessageKind::failed, code + std::string(reason)));
    return exit_code;
}

}  // namespace

int run_service(ServiceStart& start) {
    // The service takes the channel; these are for its last words.
    daemon::Channel supervisor(start.control.fd().duplicate());
    try {
        return run(start);
    } catch (const daemon::UsageError& error) {
        return fail(supervisor, daemon::kExitUsage, error.what());
    } catch (const std::exception& error) {
        return fail(supervisor, daemon::kExitSystem, error.what());
    }
}

}  // namespace waymark::tracker
