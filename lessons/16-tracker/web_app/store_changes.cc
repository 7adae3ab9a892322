#include "web_app/store_changes.hh"

#include <utility>

#include "daemon/channel.hh"
#include "web_app/answers.hh"

namespace waymark::tracker {

namespace {

constexpr std::chrono::seconds kPatienceWithStore{10};
constexpr std::chrono::seconds kAskAgainAfter{5};

ChangeDone no_answer(std::string_view why) {
    return {0, 503, "{\"error\":\"" + std::string(why) + "\"}"};
}

}  // namespace

// A change that waits for its answer, as long as somebody waits for it.
class StoreChanges::Asked {
  public:
    Asked(All& all, std::uint64_t id) : all_(all), place_(all.emplace(id, std::nullopt).first) {}
    Asked(const Asked&) = delete;
    Asked& operator=(const Asked&) = delete;
    ~Asked() { all_.erase(place_); }

    const std::optional<ChangeDone>& answer() const { return place_->second; }

  private:
    All& all_;
    All::iterator place_;
};

net::Task<ChangeDone> StoreChanges::ask(const net::http::Exchange& exchange, Viewer viewer,
                                        std::string name, std::string arguments) {
    if (asked_.size() >= kMostAtOnce)
        co_return no_answer("Too much is being changed at once. Try again.");
    ChangeRequest request{.id = ++last_id_,
                          .by = viewer.user,
                          .by_name = std::move(viewer.name),
                          .from = client_of_(exchange).to_string(),
                          .name = std::move(name),
                          .arguments = std::move(arguments)};
    const std::string message = write(request);
    if (message.size() > daemon::Channel::kMaxMessage)
        co_return ChangeDone{0, 413, R"({"error":"That is too much at once."})"};
    const Asked asked(asked_, request.id);
    if (!tell_store_(message)) co_return no_answer("The store does not answer now. Try again.");
    const daemon::Deadline deadline = daemon::Deadline::after(kPatienceWithStore);
    while (!asked.answer()) {
        const bool told = co_await heard_.wait(deadline);
        if (!told) break;
    }
    if (!asked.answer())
        co_return no_answer("The store does not answer in time. Look whether it was done.");
    co_return *asked.answer();
}

net::Task<> StoreChanges::answer(net::http::Exchange& exchange, Viewer viewer, std::string name) {
    std::string arguments(exchange.request.body);
    return answer(exchange, std::move(viewer), std::move(name), std::move(arguments));
}

net::Task<> StoreChanges::answer(net::http::Exchange& exchange, Viewer viewer, std::string name,
                                 std::string arguments) {
    const ChangeDone done =
        co_await ask(exchange, std::move(viewer), std::move(name), std::move(arguments));
    begin_data(exchange, done.status);
    if (done.status == 503)
        exchange.answer.field("Retry-After", std::to_string(kAskAgainAfter.count()));
    exchange.answer.end("application/json", done.body);
}

void StoreChanges::hear(const ChangeDone& done) {
    const auto asked = asked_.find(done.id);
    if (asked == asked_.end()) return;
    asked->second = done;
    heard_.tell_all();
}

}  // namespace waymark::tracker
