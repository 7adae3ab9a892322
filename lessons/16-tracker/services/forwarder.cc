#include "services/forwarder.hh"

#include <fmt/format.h>

#include <exception>
#include <utility>

#include "net/connect_on_loop.hh"
#include "protocols/extras.hh"
#include "protocols/traccar_form.hh"
#include "unix_time.hh"

namespace waymark::tracker {

using daemon::Deadline;
using net::http::ExchangeResult;
using net::http::ExchangeStatus;

namespace {

constexpr net::http::ResponseLimits kShortAnswer{.body = 16 * 1024};
// A break must not look like an attack, nor the end of one: many forwarders begin again apart.
constexpr double kLeastPart = 0.75;
constexpr double kMostPart = 1.25;

std::string name_without_path(const net::http::HttpUrl& url) {
    return fmt::format("{}://{}", url.is_secured ? "https" : "http", url.authority);
}

}  // namespace

Forwarder::Forwarder(CallerHost& host, daemon::ThreadPool& pool, const net::TlsClientContext& tls,
                     std::string destination)
    : host_(host),
      pool_(pool),
      tls_(tls),
      destination_(std::move(destination)),
      url_(net::http::parse_http_url(destination_)),
      name_(name_without_path(url_)),
      state_(host.log, "server at " + name_),
      handed_out_(host.loop) {}

void Forwarder::store_came() {
    if (is_asked_) note(Then::asks_for_more);
}

// What has been sent since the last time; a store that is away loses it, and hands those out again.
void Forwarder::note(Then then) {
    Forwarded message{destination_, std::nullopt, then == Then::asks_for_more,
                      then == Then::goes_on};
    if (progress_.place != FixPlace{}) message.progress = progress_;
    is_asked_ = message.wants_next;
    if (!host_.store.tell(write(message))) return;
    progress_ = {};
    note_again_ = Deadline::after(kNoteEvery, host_.loop.now());
}

bool Forwarder::takes(const ToForward& to_forward) {
    if (to_forward.destination != destination_) return false;
    if (!std::exchange(is_asked_, false)) return true;  // asked twice, of a store that came back
    fixes_ = to_forward.fixes;
    at_ = 0;
    waiting_ = to_forward.waiting;
    total_ = to_forward.state;
    handed_out_.tell_all();
    return true;
}

net::Task<> Forwarder::run() {
    for (;;) {
        note(Then::asks_for_more);
        while (is_asked_) {
            const bool told = co_await handed_out_.wait();
            static_cast<void>(told);
        }
        net::Task<> sending = send_all();
        co_await sending;
    }
}

// What was handed out, or as much of it as can be sent now.
net::Task<> Forwarder::send_all() {
    while (at_ < fixes_.size()) {
        net::Task<bool> sending = send(fixes_[at_]);
        const bool is_over = co_await sending;
        if (!is_over) co_return;
        progress_.place = fixes_[at_++].place;
        if (waiting_ > 0) --waiting_;
        if (note_again_.expired(host_.loop.now())) note(Then::goes_on);
    }
}

// False if it has to wait, and with it all behind it.
net::Task<bool> Forwarder::send(const FixToSend& fix) {
    if (fix.called.empty()) co_return true;
    const std::string form = traccar_form(fix.called, fix.fix);
    const auto refused = refused_devices_.find(fix.fix.device);
    const bool is_known =
        refused != refused_devices_.end() && !refused->second.expired(host_.loop.now());
    for (int tries_left = is_known ? 1 : kMostTries;;) {
        net::Task<ExchangeResult> asking = ask(form);
        const ExchangeResult result = co_await asking;
        const ForwardVerdict verdict = verdict_of(result);
        // One that says 503 each time is not back each time.
        if (verdict == ForwardVerdict::sent || verdict == ForwardVerdict::refused)
            note_that_it_serves();
        switch (verdict) {
            case ForwardVerdict::sent:
                ++progress_.sent;
                ++total_.sent;
                pause_.reset();
                refused_devices_.erase(fix.fix.device);
                co_return true;
            case ForwardVerdict::at_once:
                continue;
            case ForwardVerdict::refused:
                if (--tries_left > 0) break;
                leave_out(fix, explain_forward(result));
                co_return true;
            case ForwardVerdict::later:
                last_error_ = explain_forward(result);
                state_.failed(last_error_);
                client_.reset();
                note(Then::pauses);
                net::Task<> pausing = pause(result);
                co_await pausing;
                co_return false;
        }
        net::Task<> pausing = pause(result);
        co_await pausing;
    }
}

void Forwarder::note_that_it_serves() {
    last_error_.clear();
    if (!state_.is_connected()) state_.connected();
}

net::Task<> Forwarder::pause(const ExchangeResult& result) {
    std::uniform_real_distribution<double> part(kLeastPart, kMostPart);
    const auto pause = std::chrono::duration_cast<std::chrono::milliseconds>(
        pause_.next(result.response) * part(random_));
    net::Task<> sleeping = sleep_for(host_.loop, pause);
    co_await sleeping;
}

// A line for the device, not for each of its fixes.
void Forwarder::leave_out(const FixToSend& fix, std::string why) {
    const bool is_news = !refused_devices_.contains(fix.fix.device);
    refused_devices_[fix.fix.device] = Deadline::after(kRefusedFor, host_.loop.now());
    if (is_news)
        host_.log.warning("server at {}: fixes of '{}' are left out: {}", name_, fix.called, why);
    ++progress_.refused;
    ++total_.refused;
    progress_.refusal = fmt::format("{}: {}", fix.called, why);
    total_.last_refusal = progress_.refusal;
    total_.last_refusal_ms = unix_now();
    pause_.reset();
}

// Over the connection that is there, or a new one; its name is looked up each time, for it may have
// moved.
net::Task<ExchangeResult> Forwarder::ask(const std::string& form) {
    const Deadline deadline = Deadline::after(kPatience, host_.loop.now());
    if (!client_ || !client_->is_connected()) {
        auto looking_up = net::resolve_on_pool(host_.loop, pool_, url_.host, url_.port);
        const std::optional<net::ResolveResult> found = co_await looking_up;
        if (!found || found->status != net::ResolveStatus::done)
            co_return ExchangeResult{ExchangeStatus::not_connected,
                                     {},
                                     found ? found->error : "the look-up before it has not ended"};
        net::http::ClientOnLoop::MakeLayer make_layer;
        if (url_.is_secured) make_layer = [this] { return tls_.connect(url_.host); };
        client_ = std::make_unique<net::http::ClientOnLoop>(
            host_.loop, found->addresses, url_.authority, std::move(make_layer), kShortAnswer);
    }
    net::Task<ExchangeResult> exchanging = client_->exchange({.method = "POST",
                                                              .target = url_.path,
                                                              .content_type = kFormType,
                                                              .body = form,
                                                              .user_agent = "waymark-tracker"},
                                                             deadline);
    ExchangeResult result;
    try {
        result = co_await exchanging;
    } catch (const std::exception& error) {  // this machine has no descriptor, or no memory
        client_.reset();
        co_return ExchangeResult{ExchangeStatus::not_connected, {}, error.what()};
    }
    co_return result;
}

std::string Forwarder::to_json() const {
    std::string json = fmt::format(R"({{"connected":{},"waiting":{},"sent":{},"refused":{})",
                                   state_.is_connected(), waiting_, total_.sent, total_.refused);
    const auto add = [&json](std::string_view key, std::string_view text) {
        json += fmt::format(",\"{}\":", key);
        append_json_string(json, text);
    };
    add("to", name_);
    add("last_error", last_error_);
    add("last_refusal", total_.last_refusal);
    json += fmt::format(",\"last_refusal_ms\":{}}}", total_.last_refusal_ms.value_or(0));
    return json;
}

}  // namespace waymark::tracker
