// The web app's ear at the store: takes what the store announces into the feed, and asks for it as
// long as somebody looks. A store that nobody listens to saves the work.

#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "daemon/channel.hh"
#include "net/channel_link.hh"
#include "net/event_loop.hh"
#include "services/changes.hh"
#include "services/messages.hh"
#include "web_app/event_feed.hh"

namespace waymark::tracker {

class StoreAnnouncements {
  public:
    struct Handlers {
        std::function<void()> on_feed_changed;
        std::function<void()> on_devices_changed;
        // The feed breaks off next: what is not told by now is told to nobody. Not where there was
        // no memory.
        std::function<void()> before_break = {};
        std::function<void(const ChangeDone&)> on_change_done = {};
        std::function<void()> on_accounts_changed = {};
        // What receivers refused; the whole message (services/refusal_messages).
        std::function<void(std::string_view)> on_refused = {};
        // Devices that came to a place, or left one.
        std::function<void(const std::vector<DeviceNumber>&)> on_passed = {};
    };

    // `linger` is how long to go on listening after the last one left: browsers that reload a page
    // or come back after a break then miss nothing. Loop and feed must outlive it.
    StoreAnnouncements(net::EventLoop& loop, EventFeed& feed, Handlers handlers,
                       std::chrono::milliseconds linger = std::chrono::seconds(60));

    // The first store, or a new one.
    void connect(daemon::Channel channel);
    bool is_connected() const { return link_ != nullptr; }
    // Asks the store for something; false if there is none.
    bool send(std::string_view message) { return link_ && link_->send(message); }

    // Held by everybody who looks. Throws std::bad_alloc, and then nobody looks more than before.
    class Interest {
      public:
        explicit Interest(StoreAnnouncements& announcements) : announcements_(announcements) {
            announcements_.one_more();
        }
        Interest(const Interest&) = delete;
        Interest& operator=(const Interest&) = delete;
        ~Interest() { announcements_.one_less(); }

      private:
        StoreAnnouncements& announcements_;
    };
    std::size_t interested() const { return interested_; }
    bool is_listening() const { return is_listening_; }

  private:
    void one_more();
    void one_less();
    void heard(std::string_view message);
    void take(std::string_view message);
    void stop_listening();
    void break_off();

    net::EventLoop& loop_;
    EventFeed& feed_;
    Handlers handlers_;
    std::chrono::milliseconds linger_;
    net::Timer linger_timer_;
    std::unique_ptr<net::ChannelLink> link_;
    std::size_t interested_ = 0;
    bool had_a_store_ = false;
    bool is_listening_ = false;
    Stored stored_;  // its memory is used again
};

}  // namespace waymark::tracker
