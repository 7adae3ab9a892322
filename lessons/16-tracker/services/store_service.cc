// The store as a service: the only writer of positions. What all receivers have sent is taken in
// one round, written in one transaction, made durable by one sync, and only then acknowledged. The
// more there is to do, the more a sync carries; nobody waits for a timer.

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "net/event_loop.hh"
#include "services/connected_receivers.hh"
#include "services/directory_talk.hh"
#include "services/forward_desk.hh"
#include "services/hook_queue.hh"
#include "services/idle_memory.hh"
#include "services/other_trackers.hh"
#include "services/place_news.hh"
#include "services/quarantine_watch.hh"
#include "services/receiver_messages.hh"
#include "services/receiver_talk.hh"
#include "services/removals.hh"
#include "services/retention_run.hh"
#include "services/service.hh"
#include "services/service_control.hh"
#include "services/shared_places.hh"
#include "services/store_counters.hh"
#include "services/storing_round.hh"
#include "services/web_app_talk.hh"
#include "store/store.hh"
#include "unix_time.hh"

namespace waymark::tracker {

namespace {
using daemon::Channel;
using daemon::Deadline;
using std::chrono::milliseconds;

constexpr milliseconds kLookForChanges{1000};  // made by one who does not tell the supervisor

class StoreService {
  public:
    explicit StoreService(ServiceStart& start);
    int run();

  private:
    using Receiver = ConnectedReceivers::Receiver;

    void meet(Peer peer, Channel channel);
    void meet_receiver(std::uint16_t number, Channel channel);
    void take(Receiver& receiver, std::string_view message);
    void begin_transaction();
    void end_round();
    void end_transaction();
    void hear_others(const ForeignNews::News& news);
    void tell_of_places(const std::vector<PlaceEvent>& events);
    void look_for_changes();
    void send_directory(Receiver& receiver);
    void note_quarantine();
    void tell_of_devices();
    void end_log();

    net::EventLoop loop_;
    daemon::Log& log_;
    Store store_;
    QuarantineWatch quarantine_watch_;
    ConnectedReceivers receivers_{loop_};
    ReceiverTalk talk_{[this](ToWhom whom, std::uint16_t number, std::string_view message) {
        receivers_.send(whom, number, message);
    }};
    WebAppTalk web_app_{loop_,
                        store_,
                        {.on_devices_changed = [this] { tell_of_devices(); },
                         .on_quarantine_changed = [this] { note_quarantine(); },
                         .on_places_changed =
                             [this] {
                                 place_news_.forget();
                                 hooks_.look();
                             }}};
    bool in_transaction_ = false;
    bool is_told_to_look_ = false;
    Batch batch_;
    SharedPlaces shared_places_;
    DirectoryTalk directory_{store_, shared_places_, log_};
    PlaceNews place_news_{store_, log_};
    HookQueue hooks_{loop_, store_, log_, [this](std::uint16_t number, std::string_view message) {
                         receivers_.send(ToWhom::it, number, message);
                     }};
    Removals removals_{loop_, store_, log_};
    RetentionRun retention_{loop_, store_, log_};
    IdleMemory idle_memory_{log_, [this] { store_.release_memory(); }};
    ForwardDesk forward_desk_;
    std::optional<std::uint16_t> caller_;    // which of the receivers it is
    std::unique_ptr<OtherTrackers> others_;  // where the database is shared
    StoreCounters counters_;
    StoringRound round_{store_, counters_, shared_places_, place_news_};
    net::Timer change_timer_;
    ServiceControl control_;
};

StoreService::StoreService(ServiceStart& start)
    : log_(*start.log),
      store_(start.settings.store_location(), Store::kQuarantineRoom,
             name_of_writer(start.settings)),
      quarantine_watch_(log_),
      forward_desk_(store_, log_, start.settings.forward),
      change_timer_(loop_.timers(), [this] { look_for_changes(); }),
      control_(loop_, std::move(start.control), log_,
               {.on_peer = [this](Peer peer, Channel channel) { meet(peer, std::move(channel)); },
                .on_stop = [this] { loop_.stop(); },
                .on_settings = {},
                .on_devices_changed = [this] { is_told_to_look_ = true; },
                .counters = [this] { return counters_.to_json(store_); },
                .memory = std::move(start.memory)}) {
    loop_.after_each_round([this] { end_round(); });
    change_timer_.set(Deadline::after(kLookForChanges));
    others_ = OtherTrackers::of(
        start.settings, loop_, log_,
        {.wants_fixes = [this] { return web_app_.listens() || shared_places_.has_any(); },
         .on_news = [this](const ForeignNews::News& news) { hear_others(news); }});
    if (!others_) return;
    web_app_.count_by_itself();
    hooks_.expect_others();
}

int StoreService::run() {
    store_.changed_elsewhere();
    note_quarantine();
    removals_.look();
    retention_.look();
    control_.ready(store_.has_accounts() ? std::string_view() : kNoAccounts);
    // Not before it is ready: the supervisor would not wait for a large table.
    loop_.post([this] { forward_desk_.prepare(); });
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
    if (peer.kind == ServiceKind::caller) caller_ = peer.number;
    if (peer.kind == ServiceKind::receiver || peer.kind == ServiceKind::caller)
        meet_receiver(peer.number, std::move(channel));
    if (peer.kind == ServiceKind::web_app) web_app_.meet(std::move(channel));
}

void StoreService::meet_receiver(std::uint16_t number, Channel channel) {
    channel.grow_buffers(std::size_t{4} * 1024 * 1024);
    Receiver& receiver =
        receivers_.connect(number, std::move(channel),
                           [this](Receiver& it, std::string_view message) { take(it, message); });
    if (number == caller_)
        forward_desk_.meet([&receiver](std::string_view message) { receiver.link->send(message); });
    receiver.link->send(write(Room{quarantine_watch_.has_room()}));
    for (const std::string& heard : talk_.for_newcomer()) receiver.link->send(heard);
    send_directory(receiver);
}

void StoreService::take(Receiver& receiver, std::string_view message) {
    if (talk_.takes(receiver.number, message)) return;
    if (kind_of(message) == MessageKind::refused) return web_app_.pass_on_refused(message);
    // A receiver that was taken over must not read what the store has, nor the keys of web hooks.
    const bool is_caller = receiver.number == caller_;
    if (is_caller && hooks_.takes(receiver.number, message)) return;
    if (is_caller && kind_of(message) == MessageKind::forwarded) {
        begin_transaction();
        return forward_desk_.take(message, unix_now());
    }
    if (kind_of(message) != MessageKind::batch || !read(message, batch_)) {
        // A receiver of our own that writes nonsense: its clients will hear 503 and come again.
        receiver.link->send(write(Answer{batch_.ticket, false, "the batch cannot be read"}));
        return;
    }
    begin_transaction();
    round_.add(batch_.items, unix_now());
    receiver.to_answer = batch_.ticket;
}

void StoreService::begin_transaction() {
    if (std::exchange(in_transaction_, true)) return;
    store_.begin();
    web_app_.in_transaction(true);
}

void StoreService::end_round() {
    if (std::exchange(in_transaction_, false)) {
        const UnixMillis now = unix_now();
        round_.store_fixes(now, web_app_.listens());
        place_news_.write(now);
        end_transaction();
    }
    talk_.answer(store_, log_);
    forward_desk_.answer(unix_now());
    web_app_.do_as_asked();
    hooks_.step_if_due();
    if (removals_.step_if_due()) note_quarantine();
    if (retention_.step_if_due()) {
        note_quarantine();
        web_app_.announce_missed();
    }
    if (!std::exchange(is_told_to_look_, false)) return;
    look_for_changes();
    control_.confirm_devices();
}

//#region commit
void StoreService::end_transaction() {
    const auto begin = std::chrono::steady_clock::now();
    const CommitResult result = store_.commit();  //@ 1
    web_app_.in_transaction(false);
    counters_.note_commit(result, std::chrono::steady_clock::now() - begin, unix_now());

    receivers_.answer(result);  //@ 2
    if (result.durable && round_.has_stored()) web_app_.count_stored();
    if (result.durable) web_app_.announce(result.sequence, round_.fresh());  //@ 3
    for (const std::string& message : shared_places_.take(result.durable))
        receivers_.send_to_all(message);
    tell_of_places(place_news_.take(result.durable));
    if (round_.has_stored()) forward_desk_.look();
    round_.clear();
    forward_desk_.ended(result.durable);
    note_quarantine();
    // After the answers are out: nobody waits for it.
    store_.checkpoint_if_due();
}
//#endregion commit

// Their receivers have answered for it; it is theirs to find places in, and to forward, unless a
// command stored it. Our pages and phones hear of it as of our own.
void StoreService::hear_others(const ForeignNews::News& news) {
    const UnixMillis now = unix_now();
    for (const Fix& fix : news.fixes) shared_places_.note(fix, now);
    for (const std::string& message : shared_places_.take(true)) receivers_.send_to_all(message);
    web_app_.count_stored();
    if (!news.fixes.empty()) web_app_.announce(store_.sequence(), news.fixes);
    if (news.are_missing) web_app_.announce_missed();
    if (news.are_missing) directory_.want();  // friends' places come with it
    web_app_.tell_of_passages(news.passages);
}

void StoreService::tell_of_places(const std::vector<PlaceEvent>& events) {
    if (events.empty()) return;
    web_app_.tell_of_passages(events);
    hooks_.look();
}

void StoreService::look_for_changes() {
    const std::int64_t sequence_before = store_.sequence();
    const auto begin = std::chrono::steady_clock::now();
    const bool is_changed = store_.changed_elsewhere();
    // Where the database is away, to ask is to wait, and phones wait with us.
    const auto twice = 2 * (std::chrono::steady_clock::now() - begin);
    change_timer_.set(Deadline::after(std::max<decltype(twice)>(kLookForChanges, twice)));
    forward_desk_.look();
    note_quarantine();
    idle_memory_.look(store_.transactions());
    if (!is_changed && !directory_.is_due()) return;
    place_news_.forget();
    // A command has made fixes out of the quarantine, or somebody has hidden some elsewhere.
    if (others_ || store_.sequence() != sequence_before) web_app_.announce_missed();
    tell_of_devices();
    web_app_.tell_of_accounts();
}

void StoreService::tell_of_devices() {
    for (const auto& receiver : receivers_) send_directory(*receiver);
    web_app_.tell_of_devices();
    removals_.look();
    retention_.look();
}

void StoreService::send_directory(Receiver& receiver) {
    directory_.tell([&receiver](std::string_view message) { receiver.link->send(message); });
}

// Tells the receivers when points for the quarantine must be refused, and when not any more.
void StoreService::note_quarantine() {
    if (!quarantine_watch_.filled(store_.quarantine_bytes(), Store::kQuarantineRoom)) return;
    receivers_.send_to_all(write(Room{quarantine_watch_.has_room()}));
}

}  // namespace

int run_store(ServiceStart& start) {
    return StoreService(start).run();
}

}  // namespace waymark::tracker
