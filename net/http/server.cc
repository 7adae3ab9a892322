#include "net/http/server.hh"

#include "net/http/connection.hh"
#include "net/socket_options.hh"

namespace waymark::net::http {

Server::Server(EventLoop& loop, const Router& router, const ServerLimits& limits)
    : loop_(loop),
      router_(router),
      limits_(limits),
      gate_(limits.gate),
      stop_timer_(loop.timers(),
                  [this] {
                      for (Connection* each = first_; each != nullptr; each = each->next())
                          each->cut_off();
                  }),
      close_timer_(loop.timers(), [this] { acceptors_.clear(); }) {
    gate_.on_room([this] { accept_while_there_is_room(); });
}

Server::~Server() {
    gate_.on_room({});  // the slots that are given back from here on wake nobody
}

void Server::set_limits(const ServerLimits& limits) {
    gate_.set_limits(limits.gate);
    limits_ = limits;
}

void Server::accept_on(Listener listener) {
    acceptors_.push_back(std::make_unique<Acceptor>(
        loop_, std::move(listener),
        [this](daemon::Fd socket, const Address& peer) { receive(std::move(socket), peer); },
        [this](int error_number) {
            if (door_.on_exhausted) door_.on_exhausted(error_number);
        }));
    accept_while_there_is_room();
}

void Server::receive(daemon::Fd socket, const Address& peer) {
    if (!access_.allows(peer)) {
        ++counters_.denied;
        if (door_.on_denied) door_.on_denied(peer);
        return;
    }
    ConnectionGate::Entry entry = gate_.enter(peer);
    if (entry.admission == Admission::refused) {
        ++counters_.turned_away;
        if (door_.on_turned_away) door_.on_turned_away(peer, entry.reason);
        return;
    }
    if (entry.admission == Admission::wait) accept_while_there_is_room();
    try {
        if (peer.is_ip()) {
            send_without_delay(socket);
            // What the kernel has taken from us and the peer does not take from it would stay in
            // its memory for minutes, also when the connection is closed and counted no more.
            limit_unacknowledged(socket, limits_.send);
        }
        serve(std::move(socket), peer, std::move(entry.slot));
    } catch (const std::exception&) {
        // No memory to begin with one client more: it is closed, the others stay.
        ++counters_.failed_connections;
    }
}

void Server::accept_while_there_is_room() {
    for (const std::unique_ptr<Acceptor>& acceptor : acceptors_) {
        if (gate_.has_room() && !is_stopping_)
            acceptor->resume();
        else
            acceptor->pause();
    }
}

void Server::serve(daemon::Fd socket, const Address& peer, ConnectionGate::Slot slot) {
    ++counters_.connections;
    tasks_.start(Connection::serve(*this, std::move(socket), peer, std::move(slot)));
}

void Server::stop(daemon::Deadline deadline) {
    if (!is_stopping_) {
        is_stopping_ = true;
        accept_while_there_is_room();
        close_timer_.set(daemon::Deadline::after(std::chrono::milliseconds(0), loop_.now()));
        if (when_stopping_) when_stopping_();
        // No connection ends here: to cancel is to schedule, so the list does not change under us.
        for (Connection* each = first_; each != nullptr; each = each->next()) each->stop();
    }
    stop_timer_.set(deadline);
    if (tasks_.size() == 0 && when_stopped_) when_stopped_();
}

void Server::when_stopped(std::function<void()> handler) {
    when_stopped_ = std::move(handler);
    tasks_.when_empty([this] {
        if (is_stopping_ && when_stopped_) when_stopped_();
    });
}

}  // namespace waymark::net::http
