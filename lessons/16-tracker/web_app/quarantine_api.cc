#include "web_app/quarantine_api.hh"

#include <fmt/format.h>

#include <chrono>
#include <limits>
#include <utility>

#include "protocols/extras.hh"
#include "store/quarantine.hh"
#include "web_app/answers.hh"
#include "web_app/query.hh"

namespace waymark::tracker {

using net::http::Completion;
using net::http::Exchange;

namespace {

constexpr int kRowsOfAPage = 100;
constexpr std::size_t kMostWishes = 16;
constexpr std::chrono::seconds kStorePatience{10};
constexpr std::int64_t kAnyNumber = std::numeric_limits<std::int64_t>::max();

QuarantineChoice read_choice(Query& query) {
    QuarantineChoice choice;
    choice.device = static_cast<DeviceNumber>(
        query.number_or("device", 1, std::numeric_limits<DeviceNumber>::max(), 0));
    choice.number = query.number_or("number", 1, kAnyNumber, 0);
    return choice;
}

void append_text(std::string& out, std::string_view key, std::string_view text) {
    out += fmt::format(",\"{}\":", key);
    append_json_string(out, text);
}

std::string number_or_null_text(std::int64_t number) {
    return number == 0 ? "null" : std::to_string(number);
}

std::string read_page(Reader& reader, const QuarantineChoice& choice, std::int64_t below) {
    const auto rows = reader.quarantine(choice, kRowsOfAPage, below);
    std::string list;
    for (const QuarantineRow& row : rows) {
        list += fmt::format(R"({}{{"number":{},"received":{},"device":{},"position":{})",
                            list.empty() ? "" : ",", row.number, row.received_ms, row.point.device,
                            row.point.index);
        append_text(list, "name", row.device_name);
        append_text(list, "protocol", to_text(row.point.source));
        append_text(list, "reason", row.point.reason);
        append_text(list, "raw", row.point.raw);
        list += '}';
    }
    const bool is_full = rows.size() == kRowsOfAPage;
    return fmt::format(R"({{"points":[{}],"below":{}}})", list,
                       number_or_null_text(is_full ? rows.back().number : 0));
}

// A wish that waits for its answer, as long as somebody waits for it.
class Asked {
  public:
    using All = std::map<std::uint64_t, std::optional<QuarantineDone>>;

    Asked(All& all, std::uint64_t id) : all_(all), place_(all.emplace(id, std::nullopt).first) {}
    Asked(const Asked&) = delete;
    Asked& operator=(const Asked&) = delete;
    ~Asked() { all_.erase(place_); }

    const std::optional<QuarantineDone>& answer() const { return place_->second; }

  private:
    All& all_;
    All::iterator place_;
};

}  // namespace

void QuarantineApi::add_routes(Routes& routes) {
    routes.admin_get("/api/quarantine", [this](Exchange& exchange, const Viewer&) {
        return Completion(list(exchange));
    });
    routes.admin_post("/api/quarantine/replay", 0, [this](Exchange& exchange, const Viewer&) {
        return Completion(replay(exchange));
    });
    routes.admin_post("/api/quarantine/delete", 0, [this](Exchange& exchange, const Viewer&) {
        return Completion(remove(exchange));
    });
}

net::Task<> QuarantineApi::list(Exchange& exchange) {
    Query query(exchange.request.query);
    const QuarantineChoice choice = read_choice(query);
    const std::int64_t below = query.number_or("below", 1, kAnyNumber, 0);
    if (!query.problem().empty()) {
        answer_error(exchange, 400, query.problem());
        co_return;
    }
    std::function<std::string(Reader&)> work = [choice, below](Reader& reader) {
        return read_page(reader, choice, below);
    };
    const std::optional<std::string> body = co_await reads_.ask(exchange, std::move(work));
    if (body) answer_json(exchange, 200, *body);
}

net::Task<> QuarantineApi::replay(Exchange& exchange) {
    Query query(exchange.request.query);
    const QuarantineChoice choice = read_choice(query);
    QuarantineWish wish;
    wish.action = QuarantineWish::Action::replay;
    wish.device = choice.device;
    wish.number = choice.number;
    wish.after = query.number_or("after", 0, kAnyNumber, 0);
    if (!query.problem().empty()) {
        answer_error(exchange, 400, query.problem());
        co_return;
    }
    co_await answer_wish(exchange, wish);
}

// All of it only where that is said: a parameter that was forgotten must not empty it.
net::Task<> QuarantineApi::remove(Exchange& exchange) {
    Query query(exchange.request.query);
    const QuarantineChoice choice = read_choice(query);
    if (choice.device == 0 && choice.number == 0 && query.text("all") != "1")
        query.refuse("say which: a parameter 'device' or 'number', or all=1");
    QuarantineWish wish;
    wish.action = QuarantineWish::Action::remove;
    wish.device = choice.device;
    wish.number = choice.number;
    if (!query.problem().empty()) {
        answer_error(exchange, 400, query.problem());
        co_return;
    }
    co_await answer_wish(exchange, wish);
}

net::Task<> QuarantineApi::answer_wish(Exchange& exchange, QuarantineWish wish) {
    const std::optional<QuarantineDone> done = co_await ask_store(wish);
    if (!done) {
        answer_later(exchange, "The store does not answer now. Try again.",
                     std::chrono::seconds(5));
    } else if (!done->failure.empty()) {
        answer_later(exchange, done->failure, std::chrono::seconds(5));
    } else if (wish.action == QuarantineWish::Action::remove) {
        answer_json(exchange, 200, fmt::format(R"({{"deleted":{}}})", done->gone));
    } else {
        answer_json(exchange, 200,
                    fmt::format(R"({{"moved":{},"kept":{},"after":{}}})", done->gone, done->kept,
                                number_or_null_text(done->next)));
    }
}

// Nothing if there is no store, too much is asked at once, or no answer comes in time: then the
// wish may be done all the same, and asking again does no harm.
net::Task<std::optional<QuarantineDone>> QuarantineApi::ask_store(QuarantineWish wish) {
    if (asked_.size() >= kMostWishes) co_return std::nullopt;
    wish.id = ++last_id_;
    const std::string message = write(wish);
    if (!tell_store_(message)) co_return std::nullopt;
    const Asked asked(asked_, wish.id);
    const daemon::Deadline deadline = daemon::Deadline::after(kStorePatience);
    while (!asked.answer()) {
        const bool told = co_await heard_.wait(deadline);
        if (!told) break;
    }
    co_return asked.answer();
}

void QuarantineApi::hear(const QuarantineDone& done) {
    const auto asked = asked_.find(done.id);
    if (asked == asked_.end()) return;
    asked->second = done;
    heard_.tell_all();
}

}  // namespace waymark::tracker
