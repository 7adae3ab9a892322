#include "web_app/status_api.hh"

#include <fmt/format.h>
#include <sodium/utils.h>

#include <utility>

#include "protocols/extras.hh"
#include "unix_time.hh"
#include "version.hh"
#include "web_app/answers.hh"
#include "web_app/metrics_text.hh"

namespace waymark::tracker {

using namespace std::chrono_literals;
using daemon::Deadline;
using net::http::Completion;
using net::http::Exchange;

namespace {

constexpr std::chrono::milliseconds kPatience{3000};  // the supervisor waits one second itself
constexpr std::size_t kMostServices = 512;            // of one answer

std::string list_of(const std::vector<std::string>& texts) {
    std::string list = "[";
    for (const std::string& text : texts) {
        if (list.size() > 1) list += ',';
        append_json_string(list, text);
    }
    return list + "]";
}

}  // namespace

StatusApi::StatusApi(Parts parts)
    : parts_(std::move(parts)),
      timer_(parts_.loop.timers(), [this] { look(); }),
      heard_(parts_.loop) {}

void StatusApi::add_routes(Routes& routes) {
    routes.open("/health", [this](Exchange& exchange) { return Completion(health(exchange)); });
    routes.admin_get("/metrics", [this](Exchange& exchange, const Viewer&) {
        return Completion(metrics(exchange));
    });
    routes.admin_get("/api/status/history",
                     [this](Exchange& exchange, const Viewer&) { return history(exchange); });
}

void StatusApi::look() {
    timer_.set(Deadline::after(kPeriod, parts_.loop.now()));
    ask();
}

void StatusApi::ask() {
    asked_at_ = parts_.loop.now();
    parts_.ask();
}

void StatusApi::hear(std::string_view service) {
    if (!service.empty()) {
        std::optional<ServiceFigures> figures = read_service_figures(service);
        if (figures && coming_.services.size() < kMostServices)
            coming_.services.push_back(std::move(*figures));
        return;
    }
    figures_ = std::exchange(coming_, {});
    heard_at_ = parts_.loop.now();
    // What Prometheus has asked for in between is no point of the charts.
    if (!sampled_at_ || *heard_at_ - *sampled_at_ > kPeriod / 2) {
        sampled_at_ = heard_at_;
        samples_.push_back(sample_of(figures_, unix_now()));
        if (samples_.size() > kSamples) samples_.pop_front();
    }
    heard_.tell_all();
}

bool StatusApi::knows(std::chrono::milliseconds age) const {
    return heard_at_ && parts_.loop.now() - *heard_at_ <= age;
}

// Figures that are not older. One question is enough for all who wait.
net::Task<bool> StatusApi::know(std::chrono::milliseconds age) {
    const Deadline deadline = Deadline::after(kPatience, parts_.loop.now());
    while (!knows(age)) {
        if (!asked_at_ || parts_.loop.now() - *asked_at_ > age) ask();
        const bool is_told = co_await heard_.wait(deadline);
        if (!is_told) co_return false;
    }
    co_return true;
}

net::Task<> StatusApi::metrics(Exchange& exchange) {
    net::Task<bool> knowing = know(1s);
    const bool is_known = co_await knowing;
    if (!is_known) {
        answer_later(exchange, "The services say nothing of themselves.", 5s);
        co_return;
    }
    begin_data(exchange, 200);
    exchange.answer.end(kMetricsType, metrics_text(figures_, version()));
}

std::vector<std::string> StatusApi::problems() const {
    if (!knows(3 * kPeriod)) return {"The services say nothing of themselves."};
    return figures_.problems();
}

net::Task<> StatusApi::health(Exchange& exchange) {
    net::Task<bool> knowing = know(3 * kPeriod);
    const bool is_known = co_await knowing;
    static_cast<void>(is_known);  // problems() says so
    const std::vector<std::string> found = problems();
    std::string body = fmt::format(R"({{"status":"{}")", found.empty() ? "ok" : "failing");
    const std::optional<Viewer> viewer = parts_.who_asks(exchange);
    if (viewer && viewer->is_admin()) body += ",\"problems\":" + list_of(found);
    answer_json(exchange, found.empty() ? 200 : 503, body + "}");
}

Completion StatusApi::history(Exchange& exchange) const {
    std::string body =
        fmt::format(R"({{"now":{},"version":"{}","every_s":{},"problems":{},"services":{},)"
                    R"("figures":{},"samples":[)",
                    unix_now(), version(), kPeriod.count(), list_of(problems()),
                    services_to_json(figures_), totals_to_json(figures_));
    for (const std::string& sample : samples_) {
        if (!body.ends_with('[')) body += ',';
        body += sample;
    }
    answer_json(exchange, 200, body + "]}");
    return net::http::answered();
}

std::optional<Viewer> StatusApi::who_asks(const Exchange& exchange) const {
    if (!shows_token(exchange)) return parts_.who_asks(exchange);
    Viewer scraper;
    scraper.role = Role::admin;
    return scraper;
}

bool StatusApi::shows_token(const Exchange& exchange) const {
    constexpr std::string_view kBearer = "Bearer ";
    if (parts_.metrics_token.empty() || exchange.request.path != "/metrics") return false;
    std::string_view shown = exchange.request.field("Authorization").value_or("");
    if (!shown.starts_with(kBearer)) return false;
    shown.remove_prefix(kBearer.size());
    return shown.size() == parts_.metrics_token.size() &&
           ::sodium_memcmp(shown.data(), parts_.metrics_token.data(), shown.size()) == 0;
}

}  // namespace waymark::tracker
