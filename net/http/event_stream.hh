// Server-sent events: an answer that does not end, to one viewer (HTML Standard, 9.2). Each event
// is some lines of text; a browser's EventSource reads them, and after a break comes back by itself
// and says in Last-Event-ID what it saw last.
//
//     Task<void> live(Exchange& exchange) {
//         EventStream viewer(exchange.loop(), {});
//         const Registration registration(viewers, viewer);
//         co_await viewer.run(exchange);
//     }
//
// A viewer that reads slowly must not make the server keep all that it missed: the queue has a
// bound, send() says when it is full, and when_drained() when there is room again. What to do in
// between (leave events out, send the newest state afterwards, close) only the sender can know.

#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "net/event_loop.hh"
#include "net/http/exchange.hh"
#include "net/notice.hh"
#include "net/task.hh"

namespace waymark::net::http {

struct Event {
    std::string_view id;    // "": none
    std::string_view name;  // "": the browser calls it "message"
    std::string_view data;  // any number of lines
};

// Appends the event as it goes over the wire. Line ends in id and name become spaces.
void append_event(std::string& out, const Event& event);

class EventStream {
  public:
    struct Settings {
        std::size_t most_queued_bytes = 64 * 1024;
        // A comment is sent so often, so that a viewer who is gone is noticed.
        std::chrono::milliseconds heartbeat{15'000};
        // How long a browser waits before it comes back after a break.
        std::chrono::milliseconds retry{3'000};
        std::chrono::milliseconds send{10'000};
    };

    EventStream(EventLoop& loop, const Settings& settings) : settings_(settings), changed_(loop) {}

    // Queues an event, or one that append_event has written for many viewers. False, and nothing is
    // queued, when the queue is full or the stream closed. An event that is longer than the whole
    // queue is never taken; it does not make the queue full.
    bool send(const Event& event);
    bool send_written(std::string_view bytes);

    // Called when the queue is empty again after send() found it full. Not called from send().
    void when_drained(std::function<void()> handler) { drained_ = std::move(handler); }

    // run() ends once what is queued is sent.
    void close();
    bool is_closed() const { return is_closed_; }

    // The answer, from its head until close() or until the viewer is gone. Once.
    Task<void> run(Exchange& exchange);

  private:
    void leave();

    Settings settings_;
    Notice changed_;
    std::string queue_;
    std::function<void()> drained_;
    bool was_full_ = false;
    bool is_closed_ = false;
};

}  // namespace waymark::net::http
