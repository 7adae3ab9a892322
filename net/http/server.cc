#include "net/http/server.hh"

#include "net/http/connection.hh"

namespace waymark::net::http {

Server::Server(EventLoop& loop, const Router& router, const ServerLimits& limits)
    : loop_(loop), router_(router), limits_(limits), stop_timer_(loop.timers(), [this] {
          for (Connection* each = first_; each != nullptr; each = each->next()) each->cut_off();
      }) {}

Server::~Server() = default;

void Server::serve(daemon::Fd socket, const Address& peer, ConnectionGate::Slot slot) {
    ++counters_.connections;
    tasks_.start(Connection::serve(*this, std::move(socket), peer, std::move(slot)));
}

void Server::stop(daemon::Deadline deadline) {
    if (!is_stopping_) {
        is_stopping_ = true;
        if (when_stopping_) when_stopping_();
        // No connection ends here: to cancel is to schedule, so the list does not change under us.
        for (Connection* each = first_; each != nullptr; each = each->next()) each->stop();
    }
    stop_timer_.set(deadline);
    if (tasks_.size() == 0 && when_stopped_) when_stopped_();
}

void Server::when_stopped(std::function<void()> listener) {
    when_stopped_ = std::move(listener);
    tasks_.when_empty([this] {
        if (is_stopping_ && when_stopped_) when_stopped_();
    });
}

}  // namespace waymark::net::http
