#include "status_page.hh"

#include <utility>

#include "page_files.hh"

namespace waymark::balancer {

using daemon::Deadline;
using net::http::Completion;
using net::http::EventStream;
using net::http::Exchange;

namespace {

net::http::ServerLimits limits() {
    net::http::ServerLimits limits;
    limits.gate = {.soft = 64, .hard = 64, .per_network = 64, .early_drop = {}};
    return limits;
}

net::http::FieldBlock fields() {
    net::http::FieldBlock block;
    block.add("Content-Security-Policy",
              "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
              "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
    block.add("X-Content-Type-Options", "nosniff");
    block.add("Referrer-Policy", "no-referrer");
    return block;
}

bool may_see(Exchange& exchange) {
    if (is_named_by_address(exchange.request.host)) return true;
    exchange.answer.answer(421, "text/plain; charset=utf-8",
                           "Name this server by its address, or as localhost.\n");
    return false;
}

}  // namespace

bool is_named_by_address(std::string_view host) {
    std::string_view name = host;
    if (name.starts_with('[')) {
        const std::size_t end = name.find(']');
        if (end == name.npos) return false;
        name = name.substr(1, end - 1);
    } else {
        name = name.substr(0, name.find(':'));
    }
    return name == "localhost" || net::Address::parse_ip(name).has_value();
}

StatusPage::StatusPage(net::EventLoop& loop, const Balancer& balancer, const BackEnds& back_ends,
                       std::string policy)
    : loop_(loop),
      balancer_(balancer),
      back_ends_(back_ends),
      policy_(std::move(policy)),
      start_(Deadline::Clock::now()),
      step_timer_(loop.timers(), [this] { step(); }),
      server_(loop, router_, limits()) {
    add("/", "text/html; charset=utf-8", [] { return std::string(page_html()); });
    add("/status.css", "text/css; charset=utf-8", [] { return std::string(page_css()); });
    add("/status.js", "text/javascript; charset=utf-8", [] { return std::string(page_js()); });
    add("/chart.js", "text/javascript; charset=utf-8", [] { return std::string(page_chart_js()); });
    add("/icon.svg", "image/svg+xml", [] { return std::string(page_icon()); });
    add("/status", "application/json", [this] { return now(); });
    add("/history", "application/json", [this] { return history_json(history_, back_ends_); });
    router_.add("GET", "/events", 0, [this](Exchange& exchange) { return live(exchange); });
    server_.set_fields(fields());
    server_.when_stopping([this] {
        for (EventStream* viewer : viewers_) viewer->close();
    });
    step_timer_.set(Deadline::after(kStep, start_));
}

StatusPage::~StatusPage() = default;

void StatusPage::add(const std::string& path, std::string_view type,
                     std::function<std::string()> content) {
    router_.add("GET", path, 0, [type, content = std::move(content)](Exchange& exchange) {
        if (!may_see(exchange)) return net::http::answered();
        exchange.answer.begin(200);
        exchange.answer.field("Cache-Control", "no-store");
        exchange.answer.end(type, content());
        return net::http::answered();
    });
}

Completion StatusPage::live(Exchange& exchange) {
    if (!may_see(exchange)) return net::http::answered();
    return stream(exchange);
}

net::Task<void> StatusPage::stream(Exchange& exchange) {
    // A viewer is in the set for as long as this coroutine lives, however it ends.
    struct Registration {
        Registration(std::set<EventStream*>& those, EventStream& viewer) : all(those), one(viewer) {
            all.insert(&one);
        }
        ~Registration() { all.erase(&one); }
        std::set<EventStream*>& all;
        EventStream& one;
    };
    const EventStream::Settings settings;
    EventStream viewer(exchange.loop(), settings);
    const Registration registration(viewers_, viewer);
    viewer.send({.id = {}, .name = "status", .data = now()});
    co_await viewer.run(exchange);
}

std::string StatusPage::now() const {
    return status_json(
        balancer_, back_ends_, policy_,
        std::chrono::duration_cast<std::chrono::seconds>(Deadline::Clock::now() - start_));
}

// A viewer that is behind misses this one: the next one has all that it needs.
void StatusPage::step() {
    history_.add(back_ends_);
    if (!viewers_.empty()) {
        std::string written;
        const std::string data = now();
        net::http::append_event(written, {.id = {}, .name = "status", .data = data});
        for (EventStream* viewer : viewers_) viewer->send_written(written);
    }
    step_timer_.set(Deadline::after(kStep, loop_.now()));
}

}  // namespace waymark::balancer
