#include "prober.hh"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <exception>
#include <optional>
#include <span>
#include <utility>

#include "daemon/error.hh"
#include "net/connect_on_loop.hh"
#include "net/timer_queue.hh"
#include "proxy_header.hh"

namespace waymark::balancer {

using daemon::Deadline;
using net::Outcome;

Prober::Prober(net::EventLoop& loop, daemon::Log& log, BackEnds& back_ends, Settings settings)
    : loop_(loop), log_(log), back_ends_(back_ends), settings_(std::move(settings)) {
    for (const auto& back_end : back_ends.all()) tasks_.start(watch(back_end));
    back_ends.when_added(
        [this](std::shared_ptr<BackEnd> back_end) { tasks_.start(watch(std::move(back_end))); });
}

net::Task<void> Prober::watch(std::shared_ptr<BackEnd> back_end) {
    while (!back_end->is_removed) {
        const Deadline next = back_end->health.next_probe();
        if (!next.expired(loop_.now())) {
            co_await back_end->changed.wait(next);
            continue;
        }
        std::optional<std::string> problem;
        try {
            problem = co_await ask(*back_end);
        } catch (const std::exception& error) {
            // Our own system refuses. It would be wrong to mark all back ends down for want of a
            // descriptor.
            log_.error("back end {}: cannot be probed: {}", back_end->name(), error.what());
        }
        if (back_end->is_removed) break;
        if (problem)
            back_ends_.probed(*back_end, problem->empty(), *problem);
        else
            back_end->health.not_probed(loop_.now());
    }
}

net::Task<std::string> Prober::ask(const BackEnd& back_end) {
    const Deadline deadline = Deadline::after(settings_.deadline, loop_.now());
    net::ConnectOnLoop connecting(loop_, back_end.addresses(), deadline);
    net::ConnectResult result = co_await connecting;
    if (!result.socket) co_return fmt::format("probe: {}", cause_text(result, settings_.deadline));
    net::Stream stream(loop_, std::move(result.socket));
    // A question that is taken in drips is put off again and again by each (Stream::write_all).
    net::Timer too_late(loop_.timers(), [&stream] { stream.cancel(); });
    too_late.set(deadline);
    std::string problem = co_await converse(stream, deadline);
    co_return problem;
}

net::Task<std::string> Prober::converse(net::Stream& stream, Deadline deadline) {
    std::string question = settings_.sends_proxy ? local_proxy_header() : std::string();
    question += settings_.send;
    if (!question.empty()) {
        const net::Transfer sent = co_await stream.write_all(question, settings_.deadline);
        if (sent.outcome != Outcome::done) co_return "probe: the question could not be sent";
    }
    std::string answer;
    std::array<char, 1024> piece;
    while (answer.find(settings_.expect) == answer.npos) {
        if (answer.size() == kLongestAnswer) co_return "probe: another answer was expected";
        const std::size_t room = std::min(piece.size(), kLongestAnswer - answer.size());
        const std::span<char> next(piece.data(), room);
        const net::Transfer got = co_await stream.read_some(next, deadline);
        if (got.outcome == Outcome::timed_out || got.outcome == Outcome::cancelled)
            co_return "probe: no such answer in time";
        if (got.outcome != Outcome::done) co_return "probe: it ended before such an answer";
        answer.append(piece.data(), got.bytes);
    }
    co_return std::string();
}

std::string unescaped(std::string_view text) {
    const auto refuse = [&] {
        throw daemon::UsageError(
            fmt::format("\"{}\": behind a backslash there may be r, n, t, \\ or xHH", text));
    };
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\') {
            result.push_back(text[i]);
            continue;
        }
        const char letter = ++i < text.size() ? text[i] : '\0';
        if (letter == 'x') {
            unsigned byte = 0;
            const std::string_view digits = text.substr(i + 1, 2);
            const auto [end, error] =
                std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
            if (digits.size() < 2 || error != std::errc() || end != digits.data() + 2) refuse();
            result.push_back(static_cast<char>(byte));
            i += 2;
            continue;
        }
        static constexpr std::string_view kLetters = "rnt\\";
        static constexpr std::string_view kBytes = "\r\n\t\\";
        const std::size_t place = letter == '\0' ? kLetters.npos : kLetters.find(letter);
        if (place == kLetters.npos) refuse();
        result.push_back(kBytes[place]);
    }
    return result;
}

}  // namespace waymark::balancer
