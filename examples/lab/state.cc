#include "state.hh"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "daemon/children.hh"
#include "daemon/error.hh"

namespace waymark::lab {

namespace {

using daemon::Fd;
using daemon::UsageError;

std::string default_folder() {
    const char* const runtime = std::getenv("XDG_RUNTIME_DIR");
    return runtime && *runtime == '/' ? std::string(runtime) + "/waymark-lab"
                                      : fmt::format("/tmp/waymark-lab-{}", ::geteuid());
}

bool is_still_there(const Fd& process) {
    pollfd ended{process.get(), POLLIN, 0};
    return ::poll(&ended, 1, 0) == 0;
}

UsageError no_lab(const std::string& folder) {
    return UsageError(fmt::format("no lab is up in {}: lab up 3", folder));
}

}  // namespace

State::State(const std::string& folder)
    : folder_(folder.empty() ? default_folder() : std::filesystem::absolute(folder).string()) {}

// In /tmp anybody could have made it before us, to read along or to have us write through a link.
void State::make_folder() const {
    if (::mkdir(folder_.c_str(), 0700) == -1 && errno != EEXIST)
        throw UsageError(fmt::format("{}: {}; --state DIR names another folder", folder_,
                                     daemon::error_text(errno)));
    struct stat found {};
    daemon::check(::lstat(folder_.c_str(), &found), "lstat", folder_);
    if (!S_ISDIR(found.st_mode) || found.st_uid != ::geteuid() || (found.st_mode & 077) != 0)
        throw UsageError(fmt::format(
            "{}: is no folder of yours that others cannot enter (mode 0700); --state DIR names "
            "another one",
            folder_));
    if (!is_for_labs())
        throw UsageError(fmt::format(
            "{}: there are files in it that are no lab's; --state DIR names another folder",
            folder_));
}

// A folder of somebody's work may have a file "hosts", which would be written over and removed. The
// pid file is the first one of a lab, and the last that it takes away; it may come between the
// looks.
bool State::is_for_labs() const {
    std::error_code ignored, gone;
    const std::string first = file("keeper.pid");
    return std::filesystem::exists(first, ignored) || std::filesystem::is_empty(folder_, gone) ||
           gone || std::filesystem::exists(first, ignored);
}

daemon::PidFile State::lock() const {
    using namespace std::chrono_literals;
    constexpr int kMostTries = 100;
    for (int tries = 0;; ++tries) {
        make_folder();
        try {
            std::optional<daemon::PidFile> lock =
                daemon::PidFile::try_lock(file("keeper.pid"), daemon::Deadline::after(2s));
            if (!lock)
                throw UsageError(
                    fmt::format("a lab is up in {} already: lab down, or --state DIR for a second "
                                "one",
                                folder_));
            remove_files();
            return std::move(*lock);
        } catch (const std::system_error& error) {
            // The lab that was there has ended between the two, and taken its folder away.
            if (error.code().value() != ENOENT || tries == kMostTries) throw;
        }
    }
}

// Only what we know: somebody may have put a file of his own beside them.
void State::remove_files() const {
    std::error_code ignored;
    for (const char* const name : {"hosts", "etc-hosts", "faults", "faults.new"})
        std::filesystem::remove(file(name), ignored);
    for (const auto& entry : std::filesystem::directory_iterator(folder_, ignored))
        if (entry.path().filename().string().starts_with("delay-"))
            std::filesystem::remove(entry.path(), ignored);
}

void State::remove(daemon::PidFile& lock) const {
    remove_files();
    lock.remove();
    ::rmdir(folder_.c_str());
}

std::optional<daemon::LockedProcess> State::keeper() const {
    return daemon::find_locked_process(file("keeper.pid"));
}

void State::write_hosts(const std::vector<StartedHost>& hosts) const {
    std::ofstream out(file("hosts"));
    for (const auto& [host, pid, process] : hosts)
        out << host.name << ' ' << host.number << ' ' << pid << '\n';
    if (!out.flush()) daemon::fail(EIO, "write", file("hosts"));
}

// The numbers in the file are good for as long as the keeper lives, who has not collected these
// children. So the processes are opened first, and then it is asked whether he lives still.
Lab Lab::find(const State& state) {
    std::optional<daemon::LockedProcess> keeper = state.keeper();
    std::ifstream file(state.file("hosts"));
    if (!keeper || !file) throw no_lab(state.file(""));
    std::vector<StartedHost> hosts;
    StartedHost one;
    while (file >> one.host.name >> one.host.number >> one.pid) {
        one.process = daemon::open_process(one.pid);
        hosts.push_back(std::exchange(one, {}));
    }
    const bool is_whole = std::ranges::all_of(hosts, [](const StartedHost& host) {
        return host.process && is_still_there(host.process);
    });
    if (hosts.size() < 2 || !is_whole || !is_still_there(keeper->process))
        throw no_lab(state.file(""));
    return Lab(std::move(*keeper), std::move(hosts));
}

const StartedHost& Lab::host(const std::string& name) const {
    for (const StartedHost& host : hosts_)
        if (host.host.name == name) return host;
    throw UsageError(fmt::format("there is no host \"{}\"; there are: gateway, host1{}", name,
                                 hosts_.size() > 3 ? " to " + hosts_.back().host.name : ""));
}

std::vector<const StartedHost*> Lab::machines() const {
    std::vector<const StartedHost*> machines;
    for (const StartedHost& host : hosts_)
        if (host.host.number != 0 && host.host.number != kGateway) machines.push_back(&host);
    return machines;
}

}  // namespace waymark::lab
