// The store as a service: the only writer of positions. What all receivers have sent is taken in
// one round, written in one transaction, made durable by one sync, and only then acknowledged. The
// more there is to do, the more a sync carries; nobody waits for a timer.

#include <algorithm>
#include <chrono>
#include <memory>
#include <new>
#include <utility>
#include <variant>
#include <vector>

#include "net/channel_link.hh"
#include "net/event_loop.hh"
#include "services/changes.hh"
#include "services/quarantine_watch.hh"
#include "services/quarantine_wishes.hh"
#include "services/receiver_messages.hh"
#include "services/receiver_talk.hh"
#include "services/service.hh"
#include "services/service_control.hh"
#include "services/shared_places.hh"
#include "services/store_counters.hh"
#include "store/data_folder.hh"
#include "store/store.hh"
#include "unix_time.hh"

namespace waymark::tracker {

namespace {

using daemon::Channel;
using daemon::Deadline;
using std::chrono::milliseconds;

// More than this waiting for the web app, and it is told to read the store instead.
constexpr std::size_t kMostForTheWebApp = std::size_t{1024} * 1024;
// Another process that changes the devices tells the supervisor; this is for one that does not.
constexpr milliseconds kLookForChanges{1000};

class StoreService {
  public:
    explicit StoreService(ServiceStart& start);
    int run();

  private:
    struct Receiver {
        explicit Receiver(std::uint16_t its_number) : number(its_number) {}
        std::uint16_t number;
        std::unique_ptr<net::ChannelLink> link;
        Ticket to_answer = 0;  // 0: nothing in this round
    };

    void meet(Peer peer, Channel channel);
    void meet_receiver(std::uint16_t number, Channel channel);
    void meet_web_app(Channel channel);
    void hear(const Listen& listen);
    void take(Receiver& receiver, std::string_view message);
    void add(Item& item, UnixMillis now);
    void end_round();
    void end_transaction();
    void answer(const CommitResult& result);
    void announce(std::int64_t sequence);
    void look_for_changes();
    void send_directory(Receiver& receiver);
    void note_quarantine();
    void do_as_wished(const QuarantineWish& wish);
    void make_and_tell(const ChangeRequest& request);
    void tell_of_devices();
    void end_log();

    net::EventLoop loop_;
    daemon::Log& log_;
    Store store_;
    QuarantineWatch quarantine_watch_;
    bool quarantine_had_room_ = true;
    std::vector<QuarantineWish> wishes_;
    std::vector<ChangeRequest> changes_;
    std::vector<std::unique_ptr<Receiver>> receivers_;
    ReceiverTalk talk_{[this](ToWhom whom, std::uint16_t number, std::string_view message) {
        for (const auto& receiver : receivers_)
            if ((receiver->number == number) == (whom == ToWhom::it)) receiver->link->send(message);
    }};
    std::unique_ptr<net::ChannelLink> web_app_;
    bool web_app_listens_ = false;
    bool web_app_missed_ = false;
    bool in_transaction_ = false;
    bool is_told_to_look_ = false;
    Batch batch_;
    SharedPlaces shared_places_;
    std::vector<Fix> fresh_;  // of this transaction, for the web app
    StoreCounters counters_;
    net::Timer change_timer_;
    ServiceControl control_;
};

StoreService::StoreService(ServiceStart& start)
    : log_(*start.log),
      store_(database_path(start.settings.data)),
      quarantine_watch_(log_),
      change_timer_(loop_.timers(), [this] { look_for_changes(); }),
      control_(loop_, std::move(start.control), log_,
               {.on_peer = [this](Peer peer, Channel channel) { meet(peer, std::move(channel)); },
                .on_stop = [this] { loop_.stop(); },
                .on_settings = {},
                .on_devices_changed = [this] { is_told_to_look_ = true; },
                .counters = [this] { return counters_.to_json(store_); }}) {
    loop_.after_each_round([this] { end_round(); });
    change_timer_.set(Deadline::after(kLookForChanges));
}

int StoreService::run() {
    store_.changed_elsewhere();
    note_quarantine();
    control_.ready();
    loop_.run();
    if (!control_.supervisor_is_gone()) end_log();
    return 0;
}

// So that the database is whole without its log: people copy one file. Only a stranger's reader can
// be in the way; those of the web app have ended before (services/service_group).
void StoreService::end_log() {
    const std::string failure = store_.end();
    if (!failure.empty())
        log_.warning(
            "the newest positions are in waymark.db-wal still, copy it with waymark.db: {}",
            failure);
}

void StoreService::meet(Peer peer, Channel channel) {
    if (peer.kind == ServiceKind::receiver) meet_receiver(peer.number, std::move(channel));
    if (peer.kind == ServiceKind::web_app) meet_web_app(std::move(channel));
}

void StoreService::meet_receiver(std::uint16_t number, Channel channel) {
    channel.grow_buffers(std::size_t{4} * 1024 * 1024);
    std::erase_if(receivers_, [number](const auto& known) { return known->number == number; });
    Receiver& receiver = *receivers_.emplace_back(std::make_unique<Receiver>(number));
    net::ChannelLink::Handlers handlers;
    handlers.on_message = [this, &receiver](std::string_view message, daemon::Fd) {
        take(receiver, message);
    };
    receiver.link =
        std::make_unique<net::ChannelLink>(loop_, std::move(channel), std::move(handlers));
    receiver.link->send(write(Room{quarantine_had_room_}));
    for (const std::string& heard : talk_.for_newcomer()) receiver.link->send(heard);
    send_directory(receiver);
}

void StoreService::meet_web_app(Channel channel) {
    net::ChannelLink::Handlers handlers;
    handlers.on_message = [this](std::string_view message, daemon::Fd) {
        Listen listen;
        QuarantineWish wish;
        ChangeRequest change;
        if (kind_of(message) == MessageKind::listen && read(message, listen)) hear(listen);
        if (kind_of(message) == MessageKind::quarantine_wish && read(message, wish))
            wishes_.push_back(wish);
        if (kind_of(message) == MessageKind::change && read(message, change))
            changes_.push_back(std::move(change));
    };
    web_app_listens_ = web_app_missed_ = false;
    web_app_ = std::make_unique<net::ChannelLink>(loop_, std::move(channel), std::move(handlers),
                                                  kMostForTheWebApp);
}

// Says after which commit the announcements begin. The commit of this round, if there will be one,
// is announced in part only: its first fixes may have come before the wish to hear of them.
void StoreService::hear(const Listen& listen) {
    web_app_listens_ = listen.wanted;
    if (!listen.wanted) return;
    web_app_missed_ |= in_transaction_;
    web_app_->send(write_begin(static_cast<std::uint64_t>(store_.sequence())));
}

void StoreService::take(Receiver& receiver, std::string_view message) {
    if (talk_.takes(receiver.number, message)) return;
    if (kind_of(message) != MessageKind::batch || !read(message, batch_)) {
        // A receiver of our own that writes nonsense: its clients will hear 503 and come again.
        receiver.link->send(write(Answer{batch_.ticket, false, "the batch cannot be read"}));
        return;
    }
    if (!std::exchange(in_transaction_, true)) store_.begin();
    const UnixMillis now = unix_now();
    for (Item& item : batch_.items) add(item, now);
    receiver.to_answer = batch_.ticket;
}

void StoreService::add(Item& item, UnixMillis now) {
    if (Fix* fix = std::get_if<Fix>(&item)) {
        const Added added = store_.add(*fix);
        counters_.stored += added == Added::stored;
        counters_.duplicates += added == Added::duplicate;
        if (added == Added::stored) shared_places_.note(*fix, now);
        if (added == Added::stored && web_app_listens_) fresh_.push_back(std::move(*fix));
    } else if (const Quarantined* quarantined = std::get_if<Quarantined>(&item)) {
        counters_.quarantined += store_.add(*quarantined, now) == Added::stored;
    } else {
        store_.seen(std::get<Heartbeat>(item), now);
    }
}

void StoreService::end_round() {
    if (std::exchange(in_transaction_, false)) end_transaction();
    talk_.answer(store_, log_);
    for (const QuarantineWish& wish : std::exchange(wishes_, {})) do_as_wished(wish);
    for (const ChangeRequest& request : std::exchange(changes_, {})) make_and_tell(request);
    if (!std::exchange(is_told_to_look_, false)) return;
    look_for_changes();
    control_.confirm_devices();
}

void StoreService::end_transaction() {
    const auto begin = std::chrono::steady_clock::now();
    const CommitResult result = store_.commit();
    counters_.note_commit(result, std::chrono::steady_clock::now() - begin);

    answer(result);
    if (result.durable) announce(result.sequence);
    for (const std::string& message : shared_places_.take(result.durable))
        for (const auto& receiver : receivers_) receiver->link->send(message);
    fresh_.clear();
    note_quarantine();
    // After the answers are out: nobody waits for it.
    store_.checkpoint_if_due();
}

void StoreService::answer(const CommitResult& result) {
    for (const auto& receiver : receivers_) {
        if (receiver->to_answer == 0) continue;
        receiver->link->send(write(Answer{receiver->to_answer, result.durable, result.reason}));
        receiver->to_answer = 0;
    }
}

// The web app is never waited for: what it does not take, or we have no memory to say, it will read
// from the store.
void StoreService::announce(std::int64_t sequence) {
    if (!web_app_ || !web_app_listens_) return;
    try {
        if (web_app_missed_) web_app_missed_ = !web_app_->send(write_empty(MessageKind::missed));
        for (const std::string& message :
             write_stored(static_cast<std::uint64_t>(sequence), fresh_))
            if (!web_app_missed_) web_app_missed_ = !web_app_->send(message);
    } catch (const std::bad_alloc&) {
        web_app_missed_ = true;
    }
}

void StoreService::look_for_changes() {
    change_timer_.set(Deadline::after(kLookForChanges, loop_.now()));
    const std::int64_t sequence_before = store_.sequence();
    if (!store_.changed_elsewhere()) return;
    note_quarantine();
    // A command has made fixes out of the quarantine.
    if (store_.sequence() != sequence_before && web_app_ && web_app_listens_)
        web_app_missed_ = !web_app_->send(write_empty(MessageKind::missed));
    tell_of_devices();
    if (web_app_) web_app_->send(write_empty(MessageKind::accounts));
}

void StoreService::tell_of_devices() {
    for (const auto& receiver : receivers_) send_directory(*receiver);
    if (web_app_) web_app_->send(write_empty(MessageKind::devices));
}

void StoreService::send_directory(Receiver& receiver) {
    const std::vector<DirectoryEntry> entries = store_.directory();
    for (const std::string& part : pack_directory(entries))
        receiver.link->send(write_text(MessageKind::directory, part));
    // A directory knows no places, so they follow it.
    shared_places_.learn(entries);
    for (const std::string& message : write_places(store_.last_places(unix_now() + kClockError)))
        receiver.link->send(message);
}

// Tells the receivers when points for the quarantine must be refused, and when not any more.
void StoreService::note_quarantine() {
    quarantine_watch_.filled(store_.quarantine_bytes(), Store::kQuarantineRoom);
    const bool has_room = store_.quarantine_has_room();
    if (std::exchange(quarantine_had_room_, has_room) == has_room) return;
    for (const auto& receiver : receivers_) receiver->link->send(write(Room{has_room}));
}

// Between two transactions; phones wait for the next one.
void StoreService::do_as_wished(const QuarantineWish& wish) {
    const QuarantineDone done = fulfil(wish, store_, fresh_);
    if (!fresh_.empty()) announce(store_.sequence());
    fresh_.clear();
    note_quarantine();
    if (web_app_) web_app_->send(write(done));
}

// The page that asked hears of it last: what it reads then is as it was told.
void StoreService::make_and_tell(const ChangeRequest& request) {
    const ChangeResult result = make_change(store_, request, unix_now());
    note_quarantine();
    if (result.devices) tell_of_devices();
    if (!web_app_) return;
    if (result.accounts) web_app_->send(write_empty(MessageKind::accounts));
    if (result.fixes && web_app_listens_)
        web_app_missed_ = !web_app_->send(write_empty(MessageKind::missed));
    web_app_->send(write(ChangeDone{request.id, result.status, result.body}));
}

}  // namespace

int run_store(ServiceStart& start) {
    return StoreService(start).run();
}

}  // namespace waymark::tracker
