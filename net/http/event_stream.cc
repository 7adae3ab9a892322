#include "net/http/event_stream.hh"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "daemon/deadline.hh"

namespace waymark::net::http {

namespace {

// "name: value" on one line whatever the value holds.
void append_line(std::string& out, std::string_view name, std::string_view value) {
    out.append(name).append(": ");
    for (const char byte : value)
        out.push_back(byte == '\r' || byte == '\n' || byte == '\0' ? ' ' : byte);
    out.push_back('\n');
}

// As long as it lives, `handler` is told that the peer has gone.
class PeerWatch {
  public:
    PeerWatch(Exchange& exchange, std::function<void()> handler) : exchange_(exchange) {
        exchange_.when_peer_ends(std::move(handler));
    }
    PeerWatch(const PeerWatch&) = delete;
    PeerWatch& operator=(const PeerWatch&) = delete;
    ~PeerWatch() { exchange_.when_peer_ends({}); }

  private:
    Exchange& exchange_;
};

}  // namespace

void append_event(std::string& out, const Event& event) {
    if (!event.id.empty()) append_line(out, "id", event.id);
    if (!event.name.empty()) append_line(out, "event", event.name);
    // A line ends with CR LF, LF or CR; one of them inside the data would end the data line, and
    // what follows be read as a field of its sender's choice.
    std::string_view rest = event.data;
    bool has_more = true;
    while (has_more) {
        const std::size_t end = rest.find_first_of("\r\n");
        has_more = end != rest.npos;
        out.append("data: ").append(rest.substr(0, end)).push_back('\n');
        if (has_more) rest.remove_prefix(end + (rest.substr(end).starts_with("\r\n") ? 2 : 1));
    }
    out.push_back('\n');
}

bool EventStream::send(const Event& event) {
    std::string bytes;
    append_event(bytes, event);
    return send_written(bytes);
}

bool EventStream::send_written(std::string_view bytes) {
    if (is_closed_) return false;
    // No room will ever do for it, so nobody should be told to try again.
    if (bytes.size() > settings_.most_queued_bytes) return false;
    if (queue_.size() + bytes.size() > settings_.most_queued_bytes) {
        was_full_ = true;
        return false;
    }
    queue_.append(bytes);
    changed_.tell_all();
    return true;
}

void EventStream::close() {
    is_closed_ = true;
    changed_.tell_all();
}

void EventStream::leave() {
    queue_.clear();
    close();
}

Task<void> EventStream::run(Exchange& exchange) {
    exchange.answer.begin(200);
    exchange.answer.field("Cache-Control", "no-store");
    exchange.answer.end_until_close("text/event-stream");
    if (exchange.answer.is_head()) co_return;
    exchange.append(fmt::format("retry: {}\n\n", settings_.retry.count()));
    // Without it a page that was closed would be a viewer until the next heartbeat.
    const PeerWatch watch(exchange, [this] { leave(); });
    bool is_there = co_await exchange.flush(settings_.send);
    while (is_there && !(is_closed_ && queue_.empty())) {
        if (queue_.empty()) {
            const daemon::Deadline heartbeat =
                daemon::Deadline::after(settings_.heartbeat, exchange.loop().now());
            const bool told = co_await changed_.wait(heartbeat);
            if (!told && queue_.empty()) queue_ = ":\n\n";
            continue;
        }
        exchange.append(queue_);
        queue_.clear();
        is_there = co_await exchange.flush(settings_.send);
        if (is_there && queue_.empty() && std::exchange(was_full_, false) && drained_) drained_();
    }
    is_closed_ = true;
}

}  // namespace waymark::net::http
