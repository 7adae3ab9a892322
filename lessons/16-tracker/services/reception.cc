#include "services/reception.hh"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "unix_time.hh"

namespace waymark::tracker {

using daemon::Deadline;
using net::http::Completion;
using net::http::Exchange;

namespace {

constexpr std::chrono::seconds kTimeToFinish{8};
constexpr std::string_view kRetryAfterSeconds = "10";
// What must change first takes minutes, or a person.
constexpr std::string_view kRetryLaterSeconds = "300";

}  // namespace

Reception::Reception(const Settings& settings, std::vector<daemon::Fd> listeners, daemon::Log& log)
    : log_(log),
      store_(loop_, {}),
      kept_points_(loop_, [this](std::string_view message) { return store_.tell(message); }),
      refusals_(log),
      refusal_report_(loop_, refusals_,
                      [this](std::string_view message) { return store_.tell(message); }),
      server_(loop_, router_, std::move(listeners), settings.reloadable,
              settings.reloadable.devices_access_list(), log_),
      nmea_(loop_, store_, log_,
            {.devices = [this]() -> const DeviceDirectory& { return *devices_; },
             .judge = [this](Decoded& decoded,
                             const net::Address& peer) { return judge_nmea(decoded, peer); }}),
      settings_(settings.reloadable) {
    const auto handler = [this](Exchange& exchange) { return receive(exchange); };
    for (const std::string_view batch : kBatchPaths) {
        router_.add("*", batch, kLargestBatch, handler);
        router_.add("*", std::string(batch) + "/*", kLargestBatch, handler);
    }
    router_.add("*", "/*", kLargestMessage, handler);
    store_.on_directory([this](std::string_view part) { learn(part); });
    store_.on_room([this](bool is_left) { quarantine_has_room_ = is_left; });
    store_.on_other([this](std::string_view message) { hear(message); });
    server_.http().when_refused([this](const net::Address& peer, const net::http::Refusal& why) {
        refusals_.note_unread(why.status, why.reason, peer, unix_now());
    });
    guesses_.when_heard([this](const Heard& heard) { store_.tell(write_heard({heard}).front()); });
}

// A store that was started anew knows nothing, and the others learn from it.
void Reception::meet_store(daemon::Channel channel) {
    store_.connect(std::move(channel));
    for (const std::string& message : write_heard(guesses_.heard_from().list()))
        store_.tell(message);
}

void Reception::hear(std::string_view message) {
    std::vector<Heard> heard;
    if (kind_of(message) == MessageKind::heard && read(message, heard))
        for (const Heard& each : heard) guesses_.heard_from().add(each.device, each.network);
    Kept kept;
    if (kind_of(message) == MessageKind::kept && read(message, kept)) kept_points_.hear(kept);
    std::vector<LastPlace> places;
    if (devices_ && kind_of(message) == MessageKind::places && read(message, places))
        for (const LastPlace& place : places) devices_->note_place(place);
}

// Serves from the moment on in which it knows the devices: before that every phone would be a
// stranger, and some phones throw away what a server refused.
void Reception::learn(std::string_view part) {
    if (unpacker_.add(part) != DirectoryUnpacker::Result::complete) return;
    const bool is_first = !devices_;
    devices_ = unpacker_.take();
    if (!is_first) return;
    server_.open();
    for (daemon::Fd& listener : std::exchange(tls_listeners_, {}))
        server_.http().accept_on(net::Listener::adopt(std::move(listener)), make_layer_);
    nmea_.open(std::move(nmea_listeners_), std::move(nmea_datagrams_), settings_);
    on_open_();
}

Completion Reception::receive(Exchange& exchange) {
    DecodedPool::Lease decoded = pool_.take();
    const UnixMillis now = unix_now();
    decode(exchange.request, *devices_, now, *decoded);
    hold_back_guessers(*decoded, exchange.peer);
    if (!decoded->quarantined.empty() && !quarantine_has_room_)
        return look_for_kept(exchange, std::move(decoded));
    refusals_.note(*decoded, exchange.peer, now);
    if (!decoded->empty()) return store_and_answer(exchange, std::move(decoded));
    answer(exchange, *decoded);
    pool_.give(std::move(decoded));
    return net::http::answered();
}

//#region store-and-answer
net::Task<> Reception::store_and_answer(Exchange& exchange, DecodedPool::Lease decoded) {
    const StoreLink::Result result = co_await store_.submit(*decoded);  //@ 1
    if (result.durable) {
        is_losing_ = false;
        answer(exchange, *decoded);  //@ 2
    } else {
        answer_not_durable(exchange, result.reason);  //@ 3
    }
    pool_.give(std::move(decoded));
}
//#endregion store-and-answer

void Reception::hear_tls(std::vector<daemon::Fd> listeners,
                         net::http::Server::MakeLayer make_layer) {
    tls_listeners_ = std::move(listeners);
    make_layer_ = std::move(make_layer);
}

void Reception::hear_nmea(std::vector<daemon::Fd> listeners, std::vector<daemon::Fd> datagrams) {
    nmea_listeners_ = std::move(listeners);
    nmea_datagrams_ = std::move(datagrams);
}

// A sender that gets no answer cannot guess by it, but its wrong names count all the same. What
// nobody is named for, and what the quarantine has no room for, is told and not kept.
bool Reception::judge_nmea(Decoded& decoded, const net::Address& peer) {
    const bool is_new =
        decoded.from == 0 || guesses_.allows_device(decoded.from, peer.network_key(), loop_.now());
    if (decoded.status != 200 || !decoded.quarantined.empty())
        refusals_.note(decoded, peer, unix_now());
    std::erase_if(decoded.quarantined, [this](const Quarantined& point) {
        return point.device == 0 || !quarantine_has_room_;
    });
    return is_new;
}

// Asked before anything else of the message counts: its answer, whichever, would tell a guesser
// that the name in it is right.
void Reception::hold_back_guessers(Decoded& decoded, const net::Address& peer) {
    if (decoded.from == 0 && decoded.stranger.empty()) return;
    const net::NetworkKey network = peer.network_key();
    const bool is_allowed = decoded.from != 0
                                ? guesses_.allows_device(decoded.from, network, loop_.now())
                                : guesses_.allows_stranger(network, decoded.stranger, loop_.now());
    // Not 429: an app that drops its points on 4xx would lose those of a phone that is only new
    // here.
    if (!is_allowed)
        decoded.refuse(503, "too_many_guesses",
                       "Too many unknown devices were named from this address. Try again later.");
}

// The quarantine is full. What it has already is acknowledged again, and needs no room.
net::Task<> Reception::look_for_kept(Exchange& exchange, DecodedPool::Lease decoded) {
    net::Task<bool> question = kept_points_.has_all(decoded->quarantined);
    const bool all_kept = co_await question;
    if (!all_kept) keep_out_of_quarantine(*decoded);
    refusals_.note(*decoded, exchange.peer, unix_now());
    decoded->quarantined.clear();
    net::Task<> rest = store_and_answer(exchange, std::move(decoded));
    co_await rest;
}

// What was acknowledged is kept, so what cannot be kept is not acknowledged. The fixes beside it in
// the message are stored all the same, and known again when the message is repeated. The phone
// keeps its bad point, and some send nothing else before that is taken: so the quarantine holds
// some 200,000 points, and the log warns when it is half full (services/quarantine_watch).
void Reception::keep_out_of_quarantine(Decoded& decoded) {
    ++no_room_;
    decoded.status = 503;
    decoded.error = "quarantine_full";
    decoded.content_type = "text/plain; charset=utf-8";
    decoded.body =
        "The point cannot be stored as a position, and the quarantine for such points is full. "
        "Keep it; the owner makes room with 'tracker quarantine'.\n";
}

void Reception::answer(Exchange& exchange, const Decoded& decoded) {
    const bool has_field = !decoded.header_name.empty();
    const bool needs_field =
        decoded.status == 401 || decoded.status == 405 || decoded.status == 503;
    if (!has_field && !needs_field)
        return exchange.answer.answer(decoded.status, decoded.content_type, decoded.body);
    exchange.answer.begin(decoded.status);
    if (has_field) exchange.answer.field(decoded.header_name, decoded.header_value);
    if (decoded.status == 401)
        exchange.answer.field("WWW-Authenticate", R"(Basic realm="Waymark", charset="UTF-8")");
    if (decoded.status == 405 && !has_field) exchange.answer.field("Allow", "GET, POST, PUT");
    if (decoded.status == 503) exchange.answer.field("Retry-After", kRetryLaterSeconds);
    exchange.answer.end(decoded.content_type, decoded.body);
}

// 503 makes every phone keep its point and come again. A 4xx would make some drop it.
void Reception::answer_not_durable(Exchange& exchange, const std::string& reason) {
    ++not_durable_;
    if (!std::exchange(is_losing_, true)) log_.error("fixes cannot be stored: {}", reason);
    exchange.answer.begin(503);
    exchange.answer.field("Retry-After", kRetryAfterSeconds);
    exchange.answer.end("text/plain; charset=utf-8",
                        "The fix could not be stored. Try again later.\n");
}

void Reception::reload(const ReloadableSettings& settings) {
    settings_ = settings;
    nmea_.reload(settings);
    server_.reload(settings, settings.devices_access_list());
}

void Reception::close() {
    nmea_.close();
    server_.close(Deadline::after(kTimeToFinish), [this] { loop_.stop(); });
}

std::string Reception::counters(std::size_t most_refusals) const {
    return fmt::format(R"({{{},{},"not_durable":{},"quarantine_full":{},"unanswered_bytes":{},)"
                       R"("store_connected":{},"refused_messages":{},"quarantined_messages":{},)"
                       R"({},"refused_lately":{}}})",
                       server_.counters(), nmea_.counters(), not_durable_, no_room_,
                       store_.unanswered_bytes(), store_.is_connected(), refusals_.refused(),
                       refusals_.quarantined(), refusals_.reasons_to_json(),
                       refusals_.to_json(most_refusals));
}

}  // namespace waymark::tracker
