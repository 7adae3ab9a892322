#include "back_end.hh"

#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "daemon/error.hh"

namespace waymark::balancer {

namespace {

using net::ConnectStatus;

constexpr std::string_view kWeight = "weight=";

[[noreturn]] void refuse(std::string_view text, std::string_view problem) {
    throw daemon::UsageError(fmt::format("\"{}\": {}", text, problem));
}

unsigned parse_weight(std::string_view digits, std::string_view whole) {
    unsigned weight = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), weight);
    if (error != std::errc() || end != digits.data() + digits.size() || weight < 1 ||
        weight > kHeaviest)
        refuse(whole, fmt::format("a weight is a number from 1 to {}", kHeaviest));
    return weight;
}

}  // namespace

BackEndText BackEndText::parse(std::string_view text) {
    const std::size_t comma = text.find(',');
    BackEndText result{std::string(text.substr(0, comma)), 1};
    if (comma != text.npos) {
        const std::string_view rest = text.substr(comma + 1);
        if (!rest.starts_with(kWeight))
            refuse(text, "behind the comma only weight=N is known, such as 127.0.0.1:80,weight=3");
        result.weight = parse_weight(rest.substr(kWeight.size()), text);
    }
    if (result.name.starts_with("unix:")) return result;
    const std::size_t colon = result.name.rfind(':');
    if (colon == result.name.npos || colon == 0)
        refuse(text, "a back end needs a host and a port, such as 127.0.0.1:80");
    if (net::Address::parse_port(std::string_view(result.name).substr(colon + 1), text) == 0)
        refuse(text, "nobody can be reached at port 0");
    return result;
}

std::string_view BackEnd::state_text() const {
    if (is_removed) return "leaving";
    if (is_draining) return connections_ == 0 ? "drained" : "draining";
    return health.is_up() ? "up" : "down";
}

void BackEnd::count_failure(ConnectStatus status) {
    switch (status) {
        case ConnectStatus::refused:
            ++counters.refused;
            break;
        case ConnectStatus::timed_out:
            ++counters.timed_out;
            break;
        case ConnectStatus::unreachable:
            ++counters.unreachable;
            break;
        case ConnectStatus::connected:
        case ConnectStatus::unusable:
        case ConnectStatus::not_tried:
            ++counters.unusable;
            break;
    }
}

BackEnd::Use::Use(std::shared_ptr<BackEnd> back_end) : back_end_(std::move(back_end)) {
    ++back_end_->connections_;
}

BackEnd::Use::~Use() {
    if (--back_end_->connections_ == 0 && back_end_->unused_) back_end_->unused_();
}

std::string cause_text(const net::ConnectResult& result, std::chrono::milliseconds waited) {
    switch (result.status) {
        case ConnectStatus::refused:
            return fmt::format("refused, nobody listens there ({})", result.error_text());
        case ConnectStatus::timed_out:
            return fmt::format(
                "no answer in {} ms, its packets are dropped or its queue is full ({})",
                waited.count(), result.error_text());
        case ConnectStatus::unreachable:
            return fmt::format("unreachable, no way leads there ({})", result.error_text());
        case ConnectStatus::unusable:
            return fmt::format("this machine cannot connect ({})", result.error_text());
        case ConnectStatus::connected:
        case ConnectStatus::not_tried:
            break;
    }
    return result.error_text();
}

}  // namespace waymark::balancer
