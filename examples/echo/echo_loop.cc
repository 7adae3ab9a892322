#include "echo_loop.hh"

#include <signal.h>

#include <array>
#include <unordered_map>
#include <utility>

#include "daemon/error.hh"
#include "daemon/signals.hh"
#include "net/accept_back_off.hh"

namespace waymark::echo {

namespace {

using daemon::Deadline;
using net::AcceptStatus;

class EchoLoop {
  public:
    EchoLoop(const char* name, const Options& options, Listener listener, Readiness& readiness)
        : name_(name), options_(options), readiness_(readiness), listener_(std::move(listener)) {
        readiness_.watch(signals_.fd().get(), Wait::to_read);
        readiness_.watch(listener_.fd().get(), Wait::to_read);
        tell_address(listener_);
    }

    void run() {
        while (!is_over()) {
            for (const int number : readiness_.ready(is_stopping_ ? grace_ : pause_)) {
                if (number == signals_.fd().get())
                    stop();
                else if (number == listener_.fd().get())
                    accept_some();
                else
                    advance(number);
            }
            if (!is_stopping_ && pause_.expired()) accept_again();
        }
    }

  private:
    static constexpr int kClientsPerTurn = 64;

    bool is_over() const { return is_stopping_ && (clients_.empty() || grace_.expired()); }

    void accept_some() {
        for (int i = 0; i < kClientsPerTurn && !is_stopping_; ++i) {
            net::AcceptResult arrival = listener_.accept_one();
            if (arrival.status == AcceptStatus::would_block) return;
            if (arrival.status == AcceptStatus::exhausted) return pause();
            if (arrival.status == AcceptStatus::accepted) begin(std::move(arrival.socket));
        }
    }

    void begin(daemon::Fd socket) {
        back_off_.succeeded();
        const int number = socket.get();
        if (clients_.size() >= options_.clients) return;
        if (!readiness_.watch(number, Wait::to_read)) {
            if (!std::exchange(is_full_, true))
                daemon::print_error(name_, "no room to wait for another client; it is closed");
            return;
        }
        clients_.emplace(number, std::move(socket));
    }

    void advance(int number) {
        EchoClient& client = clients_.at(number);
        const Wait before = client.waits();
        if (!client.advance(buffer_)) {
            readiness_.forget(number);
            clients_.erase(number);
        } else if (client.waits() != before) {
            readiness_.watch(number, client.waits());
        }
    }

    // Without descriptors the listener stays readable, and whoever asked would turn for nothing.
    void pause() {
        readiness_.forget(listener_.fd().get());
        pause_ = back_off_.exhausted();
    }

    void accept_again() {
        pause_ = Deadline::never();
        readiness_.watch(listener_.fd().get(), Wait::to_read);
    }

    void stop() {
        while (signals_.next()) continue;
        if (std::exchange(is_stopping_, true)) return;
        if (pause_.is_never()) readiness_.forget(listener_.fd().get());
        for (auto& [number, client] : clients_) client.end();
        grace_ = Deadline::after(kGrace);
    }

    const char* name_;
    const Options& options_;
    Readiness& readiness_;
    daemon::SignalDescriptor signals_{SIGTERM, SIGINT};
    Listener listener_;
    std::unordered_map<int, EchoClient> clients_;
    std::array<char, 16'384> buffer_;  // of whoever has its turn
    net::AcceptBackOff back_off_;
    Deadline pause_;
    Deadline grace_;
    bool is_stopping_ = false;
    bool is_full_ = false;  // and it was said
};

}  // namespace

void serve_by_loop(const char* name, const Options& options, Listener listener,
                   Readiness& readiness) {
    EchoLoop(name, options, std::move(listener), readiness).run();
}

}  // namespace waymark::echo
