// For tests of what the web app has the store change: a store that does it, on a thread of its own,
// and tells of it as the store's service does.

#pragma once

#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "daemon/channel.hh"
#include "net/timed_io.hh"
#include "services/changes.hh"
#include "services/messages.hh"
#include "store/store.hh"
#include "unix_time.hh"
#include "web_app/tested_web_app.hh"

namespace waymark::tracker {

class AnsweringStore {
  public:
    // The web app has been started.
    explicit AnsweringStore(WebApp& app)
        : store_(app.database()), channel_(app.connect_store()), thread_([this] { serve(); }) {}
    AnsweringStore(const AnsweringStore&) = delete;
    AnsweringStore& operator=(const AnsweringStore&) = delete;
    // The web app must have ended: that ends the channel.
    ~AnsweringStore() { thread_.join(); }

  private:
    using Result = daemon::Channel::Result;

    void serve() {
        for (;;) {
            const daemon::Channel::Received received = channel_.receive();
            if (received.result == Result::done) {
                ChangeRequest request;
                if (kind_of(received.message) == MessageKind::change &&
                    read(received.message, request))
                    make(request);
            } else if (received.result == Result::would_block) {
                if (net::wait_readable(channel_.fd(), soon()) != net::Ready::ready) return;
            } else {
                return;
            }
        }
    }

    void make(const ChangeRequest& request) {
        const ChangeResult result = make_change(store_, request, unix_now());
        if (result.accounts) channel_.send(write_empty(MessageKind::accounts));
        channel_.send(write(ChangeDone{request.id, result.status, result.body}));
    }

    Store store_;
    daemon::Channel channel_;
    std::thread thread_;
};

// POSTs JSON. `fields` are lines with their ends.
inline Reply post_json(WebApp& app, std::string_view target, const std::string& body,
                       const std::string& fields = "") {
    Browser browser = app.open(
        target,
        fields + "Content-Type: application/json\r\nConnection: close\r\nContent-Length: " +
            std::to_string(body.size()) + "\r\n\r\n" + body,
        "localhost", "POST");
    Reply reply;
    reply.head = browser.read_until("\r\n\r\n");
    reply.status = std::stoi(reply.head.substr(9, 3));
    reply.body = browser.read_to_end();
    return reply;
}

// "Cookie: ..." with what the answer sets, for the next request.
inline std::string cookie_of(const Reply& reply) {
    const std::string begin = "\r\nSet-Cookie: ";
    const std::size_t at = reply.head.find(begin);
    if (at == std::string::npos) return "";
    const std::size_t from = at + begin.size();
    return "Cookie: " + reply.head.substr(from, reply.head.find(';', from) - from) + "\r\n";
}

inline constexpr const char* kStranger = "Cookie: \r\n";

}  // namespace waymark::tracker
