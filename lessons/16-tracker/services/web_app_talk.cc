#include "services/web_app_talk.hh"

#include <chrono>
#include <cstddef>
#include <new>
#include <string>
#include <utility>

#include "services/hook_messages.hh"
#include "services/refusal_messages.hh"
#include "unix_time.hh"

namespace waymark::tracker {

namespace {

// More than this waiting for the web app, and it is told to read the store instead.
constexpr std::size_t kMostForTheWebApp = std::size_t{1024} * 1024;

}  // namespace

WebAppTalk::WebAppTalk(net::EventLoop& loop, Store& store, Handlers handlers)
    : loop_(loop), store_(store), handlers_(std::move(handlers)) {}

void WebAppTalk::meet(daemon::Channel channel) {
    net::ChannelLink::Handlers handlers;
    handlers.on_message = [this](std::string_view message, daemon::Fd) {
        Listen listen;
        ChangeRequest change;
        if (kind_of(message) == MessageKind::listen && read(message, listen)) hear(listen);
        if (kind_of(message) == MessageKind::change && read(message, change))
            changes_.push_back(std::move(change));
    };
    listens_ = missed_ = false;
    link_ = std::make_unique<net::ChannelLink>(loop_, std::move(channel), std::move(handlers),
                                               kMostForTheWebApp);
    for (const std::string& message : write_refused(refused_.cases())) link_->send(message);
}

// Says after which commit the announcements begin. The commit of this round, if there will be one,
// is announced in part only: its first fixes may have come before the wish to hear of them.
void WebAppTalk::hear(const Listen& listen) {
    listens_ = listen.wanted;
    if (!listen.wanted) return;
    missed_ |= in_transaction_;
    link_->send(write_begin(place()));
}

// In microseconds, so that a store that is started anew goes on far above the one before it.
void WebAppTalk::count_by_itself() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    number_ = static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

std::uint64_t WebAppTalk::place() const {
    return number_ != 0 ? number_ : static_cast<std::uint64_t>(store_.sequence());
}

void WebAppTalk::announce(std::int64_t sequence, const std::vector<Fix>& fresh) {
    if (!link_ || !listens_) return;
    try {
        if (missed_) missed_ = !link_->send(write_empty(MessageKind::missed));
        const std::uint64_t number = number_ != 0 ? number_ : static_cast<std::uint64_t>(sequence);
        for (const std::string& message : write_stored(number, fresh))
            if (!missed_) missed_ = !link_->send(message);
    } catch (const std::bad_alloc&) {
        missed_ = true;
    }
}

void WebAppTalk::announce_missed() {
    if (!link_ || !listens_) return;
    missed_ = !link_->send(write_empty(MessageKind::missed)) || !link_->send(write_begin(place()));
}

void WebAppTalk::tell_of_devices() {
    if (link_) link_->send(write_empty(MessageKind::devices));
}

void WebAppTalk::tell_of_accounts() {
    if (link_) link_->send(write_empty(MessageKind::accounts));
}

// The page reads them where they are stored: one that is not told of them has missed nothing.
void WebAppTalk::tell_of_passages(const std::vector<PlaceEvent>& events) {
    if (!link_) return;
    for (const std::string& message : write_passages(events)) link_->send(message);
}

void WebAppTalk::pass_on_refused(std::string_view message) {
    std::vector<RefusalCase> cases;
    if (!read(message, cases)) return;
    // The newest of them comes first, and is to be the newest here.
    for (auto each = cases.rbegin(); each != cases.rend(); ++each) refused_.add(std::move(*each));
    if (link_) link_->send(message);
}

void WebAppTalk::do_as_asked() {
    for (const ChangeRequest& request : std::exchange(changes_, {})) make_and_tell(request);
}

// The page that asked hears of it last: what it reads then is as it was told.
void WebAppTalk::make_and_tell(const ChangeRequest& request) {
    const ChangeResult result = make_change(store_, request, unix_now());
    handlers_.on_quarantine_changed();
    if (result.devices) handlers_.on_devices_changed();
    if (result.accounts) tell_of_accounts();
    if (result.places && handlers_.on_places_changed) handlers_.on_places_changed();
    if (result.fixes) announce_missed();
    if (link_) link_->send(write(ChangeDone{request.id, result.status, result.body}));
}

}  // namespace waymark::tracker
