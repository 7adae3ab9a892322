#include "service.hh"

#include <signal.h>
#include <sys/epoll.h>

#include <array>
#include <optional>
#include <string>
#include <utility>

#include "conversation.hh"
#include "daemon/error.hh"
#include "net/parting.hh"
#include "net/socket_options.hh"

namespace app {

using daemon::Deadline;
using net::Outcome;

Service::Service(net::Listener listener, Settings settings, daemon::Log& log,
                 daemon::Readiness& readiness, ReadAgain read_again)
    : settings_(std::move(settings)),
      log_(log),
      readiness_(readiness),
      read_again_(std::move(read_again)),
      gate_(settings_.clients),
      acceptor_(
          loop_, std::move(listener),
          [this](daemon::Fd socket, const net::Address& peer) { receive(std::move(socket), peer); },
          [this](int error) { log_.warning("accept: {}", daemon::error_text(error)); }),
      cut_off_(loop_.timers(), [this] { loop_.stop(); }),
      clients_([this](std::exception_ptr error) { log_.error("{}", daemon::message_of(error)); }) {
    gate_.on_room([this] { acceptor_.resume(); });
    clients_.when_empty([this] { stop_if_done(); });
    loop_.add(signals_.fd(), EPOLLIN, *this);
}

Service::~Service() {
    gate_.on_room({});  // the places that are given back from here on are for nobody
    loop_.remove(signals_.fd(), *this);
}

// Three questions before a byte is read: may this address talk to us, is there a place for it, and
// one for the next? If not, the next one waits in the kernel's queue. Who comes is told to debug
// only: a stranger must not be able to fill the disk with lines.
void Service::receive(daemon::Fd socket, const net::Address& peer) {
    if (!settings_.access.allows(peer)) {
        log_.debug("denied: {}", peer.to_string());
        return;
    }
    net::ConnectionGate::Entry entry = gate_.enter(peer);
    if (entry.admission == net::Admission::refused) {
        log_.debug("turned away: {}", peer.to_string());
        return;
    }
    if (!gate_.has_room()) acceptor_.pause();
    if (peer.is_ip()) net::send_without_delay(socket);
    log_.debug("client: {}", peer.to_string());
    clients_.start(serve(std::move(socket), std::move(entry.slot)));
}

// One client, from its first byte to its end. What it holds (socket, place, conversation) is local,
// so it is given back wherever this ends. One deadline for a whole line, and not for each read: a
// byte now and then does not help.
net::Task<void> Service::serve(daemon::Fd socket, net::ConnectionGate::Slot) {
    net::Stream stream(loop_, std::move(socket));
    Conversation conversation(settings_.longest_line);
    std::array<char, 4096> piece;
    Deadline deadline = Deadline::after(settings_.line_time, loop_.now());
    while (!conversation.is_over() && !is_stopping_) {
        const net::Transfer got = co_await hear(stream, piece, deadline);
        if (got.outcome == Outcome::end || got.outcome == Outcome::failed) co_return;
        if (got.outcome != Outcome::done) break;
        const std::string answers = conversation.hear({piece.data(), got.bytes});
        if (answers.empty()) continue;
        const net::Transfer sent = co_await stream.write_all(answers, settings_.answer_time);
        if (sent.outcome != Outcome::done) co_return;
        deadline = Deadline::after(settings_.line_time, loop_.now());
    }
    co_await net::part_from(stream);
}

net::Task<net::Transfer> Service::hear(net::Stream& stream, std::span<char> piece,
                                       Deadline deadline) {
    const net::IdleStreams::Place waiting(waiting_, stream);
    const net::Transfer got = co_await stream.read_some(piece, deadline);
    co_return got;
}

bool Service::on_ready(std::uint32_t) {
    bool took = false;
    while (const std::optional<int> signal = signals_.next()) {
        took = true;
        if (*signal == SIGHUP)
            reload();
        else
            stop();
    }
    return took;
}

// Whole or not at all: what may fail comes first.
void Service::reload() {
    log_.reopen();
    try {
        std::optional<Options> options = read_again_();
        if (!options) return;
        gate_.set_limits(options->settings.clients);
        settings_ = std::move(options->settings);
        log_.set_level(settings_.level);
        log_.notice("the settings are read again");
    } catch (const std::exception& error) {
        log_.error("{}; all stays as it was", error.what());
    }
}

void Service::stop() {
    if (std::exchange(is_stopping_, true)) return loop_.stop();
    log_.notice("stopping: {} clients are here", clients_.size());
    readiness_.stopping();
    acceptor_.pause();
    gate_.on_room({});
    waiting_.cancel();
    cut_off_.set(Deadline::after(settings_.stop_time));
    stop_if_done();
}

void Service::stop_if_done() {
    if (is_stopping_ && clients_.size() == 0) loop_.stop();
}

}  // namespace app
