#include "services/other_trackers.hh"

#include <fcntl.h>
#include <sys/epoll.h>

#include <algorithm>
#include <utility>

#include "daemon/error.hh"
#include "store/writer.hh"

namespace waymark::tracker {

using daemon::Deadline;
using std::chrono::milliseconds;

namespace {
// The pause after a try that failed, in times of what it took.
constexpr int kPausesPerTry = 4;
}  // namespace

std::string name_of_writer(const Settings& settings) {
    return is_postgresql(settings.store_location()) ? writer_name(settings.data) : std::string();
}

std::unique_ptr<OtherTrackers> OtherTrackers::of(const Settings& settings, net::EventLoop& loop,
                                                 daemon::Log& log, Handlers handlers) {
    const std::string name = name_of_writer(settings);
    if (name.empty()) return nullptr;
    return std::make_unique<OtherTrackers>(loop, log, settings.store_location(), name,
                                           std::move(handlers));
}

OtherTrackers::OtherTrackers(net::EventLoop& loop, daemon::Log& log, std::string url,
                             std::string own, Handlers handlers)
    : loop_(loop),
      log_(log),
      handlers_(std::move(handlers)),
      news_(std::move(url), std::move(own)),
      timer_(loop.timers(), [this] { look(); }) {
    timer_.set(Deadline::after(milliseconds(0)));
}

OtherTrackers::~OtherTrackers() {
    forget_doorbell();
}

bool OtherTrackers::on_ready(std::uint32_t) {
    // A connection that has ended is found by look(), which makes another.
    if (news_.rang()) look();
    if (news_.doorbell() == -1) forget_doorbell();
    return true;
}

void OtherTrackers::look() {
    const auto begin = std::chrono::steady_clock::now();
    milliseconds pause = kPoll;
    try {
        const ForeignNews::News news = news_.read(handlers_.wants_fixes());
        if (std::exchange(is_away_, false)) log_.notice("other trackers are heard again");
        if (news.are_there) handlers_.on_news(news);
    } catch (const std::exception& error) {
        note_failure(error.what());
        const auto taken =
            std::chrono::ceil<milliseconds>(std::chrono::steady_clock::now() - begin);
        pause = std::clamp(kPausesPerTry * taken, kPoll, kLongestPause);
    }
    watch();
    timer_.set(Deadline::after(pause));
}

// libpq closes its socket when it likes, and the number may be another's then.
void OtherTrackers::watch() {
    const int socket = news_.doorbell();
    if (socket == watched_ && doorbell_) return;
    forget_doorbell();
    if (socket == -1) return;
    doorbell_ = daemon::Fd(daemon::check(::fcntl(socket, F_DUPFD_CLOEXEC, 0), "fcntl", "doorbell"));
    watched_ = socket;
    loop_.add(doorbell_, EPOLLIN, *this);
}

void OtherTrackers::forget_doorbell() {
    if (doorbell_) loop_.remove(doorbell_, *this);
    doorbell_ = {};
    watched_ = -1;
}

void OtherTrackers::note_failure(const std::string& reason) {
    if (std::exchange(is_away_, true)) return;
    log_.warning("what other trackers store is not heard: {}", reason);
}

}  // namespace waymark::tracker
