#include "web_app/store_announcements.hh"

#include <new>
#include <utility>

#include "services/hook_messages.hh"
#include "unix_time.hh"

namespace waymark::tracker {

using daemon::Channel;
using daemon::Deadline;
using daemon::Fd;

StoreAnnouncements::StoreAnnouncements(net::EventLoop& loop, EventFeed& feed, Handlers handlers,
                                       std::chrono::milliseconds linger)
    : loop_(loop),
      feed_(feed),
      handlers_(std::move(handlers)),
      linger_(linger),
      linger_timer_(loop.timers(), [this] { stop_listening(); }) {}

void StoreAnnouncements::connect(Channel channel) {
    net::ChannelLink::Handlers handlers;
    handlers.on_message = [this](std::string_view message, Fd) { heard(message); };
    handlers.on_closed = [this] { link_.reset(); };
    link_ = std::make_unique<net::ChannelLink>(loop_, std::move(channel), std::move(handlers));
    // What the old store committed last may never have been announced.
    if (std::exchange(had_a_store_, true)) break_off();
    if (is_listening_) link_->send(write(Listen{true}));
}

// What needs memory comes first.
void StoreAnnouncements::one_more() {
    if (!is_listening_ && link_) link_->send(write(Listen{true}));
    is_listening_ = true;
    ++interested_;
    linger_timer_.cancel();
}

void StoreAnnouncements::one_less() {
    if (--interested_ > 0) return;
    linger_timer_.set(Deadline::after(linger_, loop_.now()));
}

void StoreAnnouncements::stop_listening() {
    is_listening_ = false;
    feed_.pause();
    try {
        if (link_) link_->send(write(Listen{false}));
    } catch (const std::bad_alloc&) {
        // It goes on announcing to one who does not listen.
    }
}

void StoreAnnouncements::break_off() {
    if (handlers_.before_break) handlers_.before_break();
    feed_.break_off();
}

// A message that there is no memory for is lost, as if the store had said that one is. Somebody who
// waits for its answer hears nothing, and is told so when the time is over.
void StoreAnnouncements::heard(std::string_view message) {
    try {
        take(message);
    } catch (const std::bad_alloc&) {
        feed_.break_off();
    }
}

void StoreAnnouncements::take(std::string_view message) {
    ChangeDone changed;
    std::vector<DeviceNumber> passed;
    switch (kind_of(message)) {
        case MessageKind::change_done:
            if (handlers_.on_change_done && read(message, changed))
                handlers_.on_change_done(changed);
            return;
        case MessageKind::accounts:
            if (handlers_.on_accounts_changed) handlers_.on_accounts_changed();
            return;
        case MessageKind::refused:
            if (handlers_.on_refused) handlers_.on_refused(message);
            return;
        case MessageKind::passages:
            if (handlers_.on_passed && read(message, passed)) handlers_.on_passed(passed);
            return;
        case MessageKind::stored:
            // What was on its way when we stopped to listen has no connection to what comes next.
            if (!is_listening_ || !read(message, stored_)) return;
            feed_.add(stored_, unix_now());
            return handlers_.on_feed_changed();
        case MessageKind::missed:
            return break_off();
        case MessageKind::devices:
            return handlers_.on_devices_changed();
        default:
            return;
    }
}

}  // namespace waymark::tracker
