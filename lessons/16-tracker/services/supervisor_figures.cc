#include "services/supervisor_figures.hh"

#include <fmt/format.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <utility>
#include <vector>

#include "services/messages.hh"

namespace waymark::tracker {
namespace {

// Members of a JSON object; none where the system does not say.
std::string disk_figures(const std::string& folder) {
    struct statvfs disk {};
    if (::statvfs(folder.c_str(), &disk) != 0) return "";
    return fmt::format(R"(,"disk_bytes":{},"disk_free_bytes":{})", disk.f_blocks * disk.f_frsize,
                       disk.f_bavail * disk.f_frsize);
}

}  // namespace

void SupervisorFigures::tell() {
    if (!std::exchange(is_asking_, true)) tasks_.start(ask_and_tell());
}

// In one message a service: together they can be longer than a message may be.
net::Task<> SupervisorFigures::ask_and_tell() {
    net::Task<std::vector<std::string>> describing = services_.describe_each();
    std::vector<std::string> figures = co_await describing;
    is_asking_ = false;
    figures.push_back(own());
    figures.emplace_back();  // the end
    for (const std::string& each : figures)
        if (net::ChannelLink* const web_app = services_.link_to(ServiceKind::web_app))
            web_app->send(write_text(MessageKind::figures, each));
}

std::chrono::seconds SupervisorFigures::uptime() const {
    return std::chrono::duration_cast<std::chrono::seconds>(loop_.now() - started_);
}

// In the form of a service's (services/service_group).
std::string SupervisorFigures::own() const {
    return fmt::format(R"({{"name":"supervisor","state":"up","answers":true,"pid":{},"starts":1,)"
                       R"("counters":{{"server_uptime_s":{},"memory_bytes":{}{}}}}})",
                       ::getpid(), uptime().count(), memory_.pss_bytes().value_or(0),
                       disk_figures(data_folder_));
}

}  // namespace waymark::tracker
