#include "control.hh"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <exception>
#include <iterator>
#include <optional>
#include <span>
#include <utility>

#include "daemon/error.hh"
#include "net/connect_on_loop.hh"
#include "net/resolve.hh"

namespace waymark::balancer {

using daemon::Deadline;
using net::Outcome;

namespace {

constexpr std::chrono::seconds kCommandTime{10};

std::string ok(std::string_view text) {
    return fmt::format("ok\n{}\n", text);
}

// A peer of ours, on this machine: still, its words go into one line.
std::string error(std::string_view text) {
    return fmt::format("error: {}\n", text);
}

// Wakes who waits for a back end when the one who has asked is gone.
class PeerWatch {
  public:
    PeerWatch(net::Stream& stream, BackEnd& back_end) : stream_(stream) {
        stream.when_peer_ends([this, &back_end] {
            is_gone_ = true;
            back_end.changed.tell_all();
        });
    }
    PeerWatch(const PeerWatch&) = delete;
    PeerWatch& operator=(const PeerWatch&) = delete;
    ~PeerWatch() { stream_.when_peer_ends({}); }
    bool is_gone() const { return is_gone_; }

  private:
    net::Stream& stream_;
    bool is_gone_ = false;
};

}  // namespace

std::string status_table(const BackEnds& back_ends) {
    std::string table;
    const auto line = [&table](const auto&... columns) {
        fmt::format_to(std::back_inserter(table),
                       "{:<28} {:<9} {:>6} {:>6} {:>9} {:>7} {:>8} {:>11} {:>6}\n", columns...);
    };
    line("back end", "state", "weight", "open", "made", "refused", "silent", "unreachable",
         "reset");
    for (const auto& one : back_ends.all()) {
        const BackEnd::Counters& seen = one->counters;
        line(one->name(), one->state_text(), one->weight(), one->connections(), seen.connections,
             seen.refused, seen.timed_out, seen.unreachable, seen.broken);
    }
    table.pop_back();
    return table;
}

Control::Control(net::EventLoop& loop, daemon::Log& log, BackEnds& back_ends,
                 daemon::ThreadPool& pool, net::Listener listener)
    : loop_(loop),
      log_(log),
      back_ends_(back_ends),
      pool_(pool),
      acceptor_(loop, std::move(listener),
                [this](daemon::Fd socket, const net::Address&) {
                    // One more is hung up on.
                    if (clients_.size() < kMostClients) clients_.start(serve(std::move(socket)));
                }),
      clients_([this](std::exception_ptr thrown) {
          log_.error("control: {}", daemon::message_of(thrown));
      }) {}

Control::~Control() = default;

void Control::stop() {
    acceptor_.pause();
    clients_.destroy_all();
}

net::Task<void> Control::serve(daemon::Fd socket) {
    net::Stream stream(loop_, std::move(socket));
    std::string command = co_await hear(stream);
    if (command.empty()) co_return;
    std::string said;
    if (command.size() > kLongestCommand) {
        said = error(fmt::format("a command has at most {} bytes", kLongestCommand));
    } else {
        log_.info("control: {}", command);
        try {
            said = co_await answer(stream, std::move(command));
        } catch (const daemon::UsageError& wrong) {
            said = error(wrong.what());
        }
    }
    const net::Transfer sent = co_await stream.write_all(said, kCommandTime);
    if (sent.outcome == Outcome::done) stream.shutdown_write();
}

// The line without its end; empty if none came, and longer than kLongestCommand if its end did not
// come within that.
net::Task<std::string> Control::hear(net::Stream& stream) {
    const Deadline deadline = Deadline::after(kCommandTime, loop_.now());
    std::string heard;
    std::array<char, 256> piece;
    while (heard.find('\n') == heard.npos && heard.size() <= kLongestCommand) {
        const std::size_t room = std::min(piece.size(), kLongestCommand + 1 - heard.size());
        const std::span<char> next(piece.data(), room);
        const net::Transfer got = co_await stream.read_some(next, deadline);
        if (got.outcome != Outcome::done) co_return std::string();
        heard.append(piece.data(), got.bytes);
    }
    co_return heard.substr(0, heard.find('\n'));
}

net::Task<std::string> Control::answer(net::Stream& stream, std::string command) {
    const std::size_t blank = command.find(' ');
    const std::string word = command.substr(0, blank);
    const std::string rest = blank == command.npos ? "" : command.substr(blank + 1);
    std::string said;
    if (word == "add")
        said = co_await add(rest);
    else if (word == "wait")
        said = co_await wait(stream, rest);
    else
        said = answer_at_once(word, rest);
    co_return said;
}

std::string Control::answer_at_once(std::string_view word, std::string_view rest) {
    if (word == "status" && rest.empty()) return ok(status_table(back_ends_));
    const auto change = word == "drain"     ? &BackEnds::drain
                        : word == "undrain" ? &BackEnds::undrain
                        : word == "remove"  ? &BackEnds::remove
                                            : nullptr;
    if (change == nullptr)
        return error(
            fmt::format("\"{}\" is no command; there are: status, drain B, wait B, "
                        "undrain B, add HOST:PORT[,weight=N], remove B",
                        word));
    const std::size_t open = back_ends_.find(rest)->connections();
    (back_ends_.*change)(rest);
    return ok(fmt::format("{} connections are open", open));
}

net::Task<std::string> Control::add(std::string text) {
    const BackEndText parsed = BackEndText::parse(text);
    if (back_ends_.has(parsed.name))
        co_return error(fmt::format("back end {} is there already", parsed.name));
    net::PoolCall looking_up(loop_, pool_,
                             [name = parsed.name] { return net::resolve_host_and_port(name); });
    const std::optional<net::ResolveResult> found = co_await looking_up;
    if (!found) co_return error("too many names are being looked up; try again");
    if (found->status != net::ResolveStatus::done) co_return error(found->error);
    back_ends_.add(parsed, found->addresses);
    co_return ok("added");
}

// For as long as it takes; a script would else have to ask again and again. Whoever waits and goes
// away gives the place back: there are only kMostClients.
net::Task<std::string> Control::wait(net::Stream& stream, std::string name) {
    const std::shared_ptr<BackEnd> back_end = back_ends_.find(name);
    const PeerWatch gone(stream, *back_end);
    while (!gone.is_gone()) {
        // Also if it has none: the next one may come before who asks has done what he wants to do.
        if (back_end->may_be_chosen())
            co_return error(fmt::format("{} takes clients: drain it first", name));
        if (back_end->connections() == 0) break;
        co_await back_end->changed.wait();
    }
    co_return ok("no connection is open");
}

}  // namespace waymark::balancer
