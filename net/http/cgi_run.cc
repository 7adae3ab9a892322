#include "net/http/cgi_run.hh"

#include <fmt/format.h>
#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include "net/http/status.hh"

namespace waymark::net::http {

using daemon::Deadline;
using daemon::ExitStatus;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kReadAtOnce = 16 * 1024;
constexpr std::size_t kGathered = 64 * 1024;  // is sent, also when more is at hand
constexpr std::size_t kLongestErrorLine = 1024;
constexpr std::size_t kMostErrorBytes = 64 * 1024;  // of one run
// What a program that has closed its output may still take to end.
constexpr auto kGrace = 1s;
// In which the kernel ends what was killed.
constexpr auto kToDie = 5s;

}  // namespace

Cgi::Run::Run(const Cgi& cgi, Exchange& exchange, const CgiScript& script,
              const CgiProcess::Command& command)
    : cgi_(cgi),
      settings_(cgi.settings_),
      exchange_(exchange),
      script_(script),
      process_(command),
      input_(exchange.loop(), std::move(process_.input)),
      output_(exchange.loop(), std::move(process_.output)),
      errors_(exchange.loop(), std::move(process_.errors)),
      ended_(exchange.loop(), std::move(process_.ended), EPOLLIN),
      end_(in(settings_.whole)) {}

Deadline Cgi::Run::in(std::chrono::milliseconds time) const {
    return Deadline::after(time, exchange_.loop().now());
}

Task<void> Cgi::Run::go() {
    helpers_.start(feed());
    helpers_.start(log_errors());
    helpers_.start(end_group());
    const bool has_head = co_await read_head();
    if (has_head) co_await send_body();
    co_await finish();
}

// The request's body to the program, in its own pace. A program that does not want all of it has
// closed its input, or has ended: the answer decides.
Task<void> Cgi::Run::feed() {
    const bool has_none = exchange_.request.field("Content-Length").value_or("0") == "0";
    while (!has_none) {
        const BodyPart part = co_await exchange_.body->read_part();
        if (part.kind == BodyPart::Kind::end) break;
        if (part.kind != BodyPart::Kind::bytes) {
            // The program must not take what has come for the whole.
            body_status_ = part.status;
            process_.kill();
            co_return;
        }
        const Transfer put = co_await input_.write_all(part.bytes, end_);
        if (put.outcome != Outcome::done) co_return;
    }
    input_.close();
}

Task<void> Cgi::Run::log_errors() {
    std::array<char, 1024> buffer;
    while (true) {
        const Transfer transfer = co_await errors_.read_some(buffer, Deadline::never());
        if (transfer.outcome != Outcome::done) co_return;
        log_error_bytes({buffer.data(), transfer.bytes});
    }
}

// Whatever the program has started and left behind would hold its output open.
Task<void> Cgi::Run::end_group() {
    while (!process_.has_ended()) {
        [[maybe_unused]] const bool is_told = co_await ended_.changed(Deadline::never());
    }
    process_.kill();
}

// True if an answer was begun.
Task<bool> Cgi::Run::read_head() {
    const Deadline deadline = std::min(in(settings_.head), end_);
    while (true) {
        if (const auto end = find_cgi_head_end(bytes_)) {
            const bool is_begun = begin_answer(std::string_view(bytes_).substr(0, *end));
            bytes_.erase(0, *end);
            co_return is_begun;
        }
        const std::size_t had = bytes_.size();
        if (had >= settings_.head_bytes) {
            fail(502, fmt::format("the head of its answer has more than {} bytes", had));
            co_return false;
        }
        bytes_.resize(had + std::min(kReadAtOnce, settings_.head_bytes - had));
        const std::span<char> room(bytes_.data() + had, bytes_.size() - had);
        const Transfer transfer = co_await output_.read_some(room, deadline);
        bytes_.resize(had + transfer.bytes);
        if (transfer.outcome == Outcome::done) continue;
        if (transfer.outcome == Outcome::timed_out)
            fail(504, "no head of an answer in time; it was killed");
        else
            fail(502, "it ended without the head of an answer");
        co_return false;
    }
}

bool Cgi::Run::begin_answer(std::string_view head_bytes) {
    if (is_over_) return false;
    try {
        const CgiHead head = parse_cgi_head(head_bytes);
        if (!exchange_.body->has_whole_body()) exchange_.answer.close_after();
        if (!head.is_local_redirect()) {
            write_head(head);
            return true;
        }
        if (!settings_.local_redirect) throw std::runtime_error("a Location must be a URL here");
        is_over_ = true;
        settings_.local_redirect(
            exchange_,
            std::string_view(head.location).substr(0, head.location.find_first_of("?#")));
    } catch (const std::runtime_error& error) {
        fail(502, error.what());
    }
    return false;
}

void Cgi::Run::write_head(const CgiHead& head) {
    Writer& answer = exchange_.answer;
    answer.begin(head.status);
    if (!head.location.empty()) answer.field("Location", head.location);
    for (const CgiHead::Field& field : head.fields) answer.field(field.name, field.value);
    if (status_has_body(head.status) && !answer.is_head()) length_left_ = head.length;
    if (head.length)
        answer.end_with_length(head.content_type, *head.length);
    else
        answer.end_with_pieces(head.content_type);
}

void Cgi::Run::hand_on() {
    std::string_view bytes = bytes_;
    if (length_left_) {
        bytes = bytes.substr(
            0, static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), *length_left_)));
        *length_left_ -= bytes.size();
        exchange_.append(bytes);
    } else {
        exchange_.answer.piece(bytes);
    }
}

// Sent is what was gathered when there is nothing more at hand: a short answer goes in one piece.
Task<void> Cgi::Run::send_body() {
    std::size_t gathered = 0;
    while (true) {
        hand_on();
        gathered += bytes_.size();
        bytes_.resize(kReadAtOnce);
        Transfer transfer = output_.read_now(bytes_);
        if (transfer.outcome == Outcome::timed_out || gathered >= kGathered) {
            gathered = 0;
            const bool is_taken = co_await exchange_.flush(settings_.send);
            if (!is_taken) break;
        }
        if (transfer.outcome == Outcome::timed_out) {
            const Deadline deadline = std::min(in(settings_.silence), end_);
            const Transfer later = co_await output_.read_some(bytes_, deadline);
            transfer = later;
        }
        bytes_.resize(transfer.bytes);
        if (transfer.outcome == Outcome::timed_out)
            fail(504, "it stopped in the middle of its answer; it was killed");
        if (transfer.outcome != Outcome::done) break;
    }
}

// How it ended decides whether what it wrote was all.
Task<void> Cgi::Run::finish() {
    if (exchange_.has_lost_peer()) process_.kill();
    Deadline deadline = in(kGrace);
    while (!process_.has_ended()) {
        const bool is_told = co_await ended_.changed(deadline);
        if (is_told) continue;
        if (was_killed_) break;
        was_killed_ = true;
        process_.kill();
        deadline = in(kToDie);
    }
    log_rest_of_errors();
    helpers_.destroy_all();
    const ExitStatus status = process_.collect();
    if (is_over_ || exchange_.has_lost_peer()) co_return;
    if (!status.success() && !was_killed_) cgi_.log(script_, status.describe());
    if (status.killed() && !was_killed_)
        fail(502, "its answer may not be whole");
    else if (length_left_.value_or(0) > 0)
        fail(502, fmt::format("its answer is {} bytes shorter than it said", *length_left_));
    else
        exchange_.answer.last_piece();
}

void Cgi::Run::fail(int status, std::string_view why) {
    if (is_over_) return;
    is_over_ = was_killed_ = true;
    if (body_status_ != 0) {
        status = body_status_;
        why = "the body of its request did not come as a whole; it was killed";
    }
    cgi_.log(script_, why);
    process_.kill();
    Writer& answer = exchange_.answer;
    if (answer.is_partly_sent()) return exchange_.give_up();
    answer.take_back();
    if (!exchange_.body->has_whole_body()) answer.close_after();
    answer.error(status);
}

void Cgi::Run::log_error_bytes(std::string_view bytes) {
    for (const char byte : bytes) {
        if (error_bytes_ == kMostErrorBytes) return;
        if (byte != '\n') error_line_.push_back(byte);
        if (byte == '\n' || error_line_.size() == kLongestErrorLine)
            cgi_.log(script_, std::exchange(error_line_, {}));
        if (++error_bytes_ == kMostErrorBytes)
            cgi_.log(script_, "it complains too much; the rest is not logged");
    }
}

void Cgi::Run::log_rest_of_errors() {
    std::array<char, 1024> buffer;
    for (std::size_t bytes = 0; bytes < kMostErrorBytes;) {
        const Transfer transfer = errors_.read_now(buffer);
        if (transfer.outcome != Outcome::done) break;
        log_error_bytes({buffer.data(), transfer.bytes});
        bytes += transfer.bytes;
    }
    if (!error_line_.empty()) cgi_.log(script_, error_line_);
}

}  // namespace waymark::net::http
