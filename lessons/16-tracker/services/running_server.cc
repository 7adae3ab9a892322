#include "services/running_server.hh"

#include <fmt/format.h>

#include <cerrno>
#include <utility>

#include "daemon/children.hh"
#include "daemon/error.hh"
#include "services/control_socket.hh"

namespace waymark::tracker {

using daemon::Deadline;
using daemon::Fd;
using daemon::LockedProcess;

namespace {

constexpr std::chrono::seconds kWaitForConnect{2};

// Its number may be another's by the time we open it. If the same one listens after that, the
// descriptor is its own.
std::optional<LockedProcess> find_listener(const std::string& path) {
    const std::optional<pid_t> pid = listening_process(path, Deadline::after(kWaitForConnect));
    if (!pid) return std::nullopt;
    Fd process = daemon::open_process(*pid);
    if (!process && errno != ESRCH) daemon::fail(errno, "pidfd_open", path);
    if (!process || listening_process(path, Deadline::after(kWaitForConnect)) != pid)
        return std::nullopt;
    return LockedProcess{*pid, std::move(process)};
}

}  // namespace

std::optional<RunningServer> find_running_server(const Settings& settings) {
    if (auto locked = daemon::find_locked_process(settings.pid_file_path()))
        return RunningServer{std::move(*locked), true};
    if (auto listener = find_listener(settings.control_path()))
        return RunningServer{std::move(*listener), false};
    return std::nullopt;
}

void refuse_without_server(const std::string& folder) {
    throw daemon::UsageError(
        fmt::format("no tracker runs with the data folder {}; 'tracker serve' starts one, --data "
                    "names another folder, and for the service of a package say sudo",
                    folder));
}

void refuse_second_server(const Settings& settings) {
    const auto listener = find_listener(settings.control_path());
    if (!listener) return;
    throw daemon::UsageError(
        fmt::format("{}: already running as process {}, though its pid file was deleted; "
                    "'tracker stop' finds it all the same",
                    settings.data, listener->pid));
}

}  // namespace waymark::tracker
