// The store's ear at the other trackers of its database: waits at the doorbell, looks each second
// in any case, and hands over what they have stored (store/foreign_news). Where the database is
// away, it asks again after pauses that are long beside what asking takes: asking is waiting, and
// the store has phones to answer.

#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "daemon/fd.hh"
#include "daemon/log.hh"
#include "net/event_loop.hh"
#include "settings.hh"
#include "store/foreign_news.hh"

namespace waymark::tracker {

// Under which name the server writes a database that others write, too (store/writer.hh); "" for a
// file of its own.
std::string name_of_writer(const Settings& settings);

class OtherTrackers final : private net::EventLoop::Watcher {
  public:
    static constexpr std::chrono::milliseconds kPoll{1000};
    static constexpr std::chrono::milliseconds kLongestPause{30'000};

    struct Handlers {
        std::function<bool()> wants_fixes;
        std::function<void(const ForeignNews::News&)> on_news;
    };

    // Of a server with these settings; nothing where no other tracker can be.
    static std::unique_ptr<OtherTrackers> of(const Settings& settings, net::EventLoop& loop,
                                             daemon::Log& log, Handlers handlers);
    // Both must outlive it.
    OtherTrackers(net::EventLoop& loop, daemon::Log& log, std::string url, std::string own,
                  Handlers handlers);
    OtherTrackers(const OtherTrackers&) = delete;
    OtherTrackers& operator=(const OtherTrackers&) = delete;
    ~OtherTrackers();

  private:
    bool on_ready(std::uint32_t events) override;
    void look();
    void watch();
    void forget_doorbell();
    void note_failure(const std::string& reason);

    net::EventLoop& loop_;
    daemon::Log& log_;
    Handlers handlers_;
    ForeignNews news_;
    daemon::Fd doorbell_;  // of the same socket as libpq's, and our own to watch
    int watched_ = -1;     // which that was
    bool is_away_ = false;
    net::Timer timer_;
};

}  // namespace waymark::tracker
