// Step 4: an event loop, and a bounded queue for each client (net/outgoing_queue, the exercise of
// lesson 10). A slow client delays nobody, and what finds no room in its queue is counted and told
// to it, in its place.

#include <fmt/core.h>

#include <cstdio>
#include <list>
#include <memory>
#include <string>

#include "daemon/error.hh"
#include "datagram_input.hh"
#include "datagram_sockets.hh"
#include "local_host.hh"
#include "net/acceptor.hh"
#include "net/event_loop.hh"
#include "net/outgoing_queue.hh"
#include "net/socket_options.hh"
#include "octet_frames.hh"
#include "syslog_reader.hh"

using namespace waymark;
using namespace waymark::logrelay;

namespace {

std::string frame_of(const std::string& message) {
    std::string frame;
    append_frame(frame, message);
    return frame;
}

class Clients {
  public:
    explicit Clients(net::EventLoop& loop) : loop_(loop) {}

    void add(daemon::Fd socket) {
        const auto place = clients_.emplace(clients_.end());
        net::OutgoingQueue::Calls calls;
        calls.notice = [](std::size_t dropped) {
            return frame_of(own_message(
                "-", "DROPPED",
                fmt::format("{} messages were dropped here: this client was too slow", dropped)));
        };
        calls.on_end = [this, place](net::OutgoingQueue::End) { clients_.erase(place); };
        *place = std::make_unique<net::OutgoingQueue>(
            loop_, std::move(socket), net::OutgoingQueue::Limits{.messages = 100}, calls);
        fmt::print("a client\n");
        std::fflush(stdout);
    }

    void send(const std::string& frame) {
        for (const auto& client : clients_) client->push(frame);
    }

  private:
    net::EventLoop& loop_;
    std::list<std::unique_ptr<net::OutgoingQueue>> clients_;
};

}  // namespace

int main(int argument_count, char** arguments) {
    return daemon::run_main("logrelay-4-queue", [&] {
        const std::string where = argument_count > 1 ? arguments[1] : "127.0.0.1:5514";
        net::EventLoop loop;
        Clients clients(loop);
        net::Acceptor acceptor(
            loop,
            net::Listener(
                net::Address::parse(argument_count > 2 ? arguments[2] : "127.0.0.1:6514")),
            [&](daemon::Fd socket, const net::Address&) { clients.add(std::move(socket)); });
        DatagramInput::Calls calls;
        calls.on_datagram = [&](std::string_view bytes, const net::Address& from, bool) {
            const std::string host = from.unmapped().host_text();
            clients.send(frame_of(to_rfc5424(read_syslog(bytes, {false, host, local_now()}))));
        };
        calls.on_lost = [](std::uint32_t) {};
        calls.on_batch = [] {};
        const DatagramInput input(loop, open_udp(net::Address::parse(where)), 8192, calls);
        fmt::print("messages at {}\nclients at {}\n",
                   net::local_address(input.socket()).to_string(),
                   acceptor.listener().address().to_string());
        std::fflush(stdout);
        loop.run();
        return daemon::kExitOk;
    });
}
