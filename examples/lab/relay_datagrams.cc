#include "relay_datagrams.hh"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "daemon/error.hh"

namespace waymark::lab {

namespace {

using daemon::check;
using daemon::Deadline;
using daemon::Fd;

constexpr int kMostPerTurn = 64;  // datagrams; then the others have theirs

Fd connected_to(const net::Address& target) {
    Fd socket(
        check(::socket(target.family(), SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket"));
    check(::connect(socket.get(), target.data(), target.size()), "connect", target.to_string());
    return socket;
}

}  // namespace

class RelayedDatagrams::Client final : public std::enable_shared_from_this<Client>,
                                       private net::EventLoop::Watcher {
  public:
    Client(RelayedDatagrams& owner, const net::Address& from)
        : address(from), socket(connected_to(owner.target_)), owner_(owner) {
        owner_.loop_.add(socket, EPOLLIN, *this);
    }
    ~Client() { owner_.loop_.remove(socket, *this); }

    net::Address address;
    Fd socket;
    Way there = {}, back = {};

  private:
    // An error is one, too, that the target has caused (nobody listens there): reading takes it
    // away.
    bool on_ready(std::uint32_t) override {
        int taken = 0;
        for (; taken < kMostPerTurn; ++taken) {
            const ssize_t count =
                ::recv(socket.get(), owner_.buffer_.data(), owner_.buffer_.size(), 0);
            if (count == -1 && errno == EAGAIN) break;
            if (count >= 0)
                owner_.pass(shared_from_this(), true,
                            {owner_.buffer_.data(), static_cast<std::size_t>(count)});
        }
        return taken > 0;
    }

    RelayedDatagrams& owner_;
};

RelayedDatagrams::RelayedDatagrams(net::EventLoop& loop, Fd socket, const net::Address& target,
                                   const RelayFaults& faults)
    : loop_(loop),
      socket_(std::move(socket)),
      target_(target),
      faults_(faults),
      next_due_(loop.timers(), [this] { send_due(); }) {
    loop_.add(socket_, EPOLLIN, *this);
}

RelayedDatagrams::~RelayedDatagrams() {
    loop_.remove(socket_, *this);
}

bool RelayedDatagrams::on_ready(std::uint32_t) {
    int taken = 0;
    for (; taken < kMostPerTurn; ++taken) {
        sockaddr_storage from{};
        socklen_t size = sizeof from;
        auto* const address = reinterpret_cast<sockaddr*>(&from);
        const ssize_t count =
            ::recvfrom(socket_.get(), buffer_.data(), buffer_.size(), 0, address, &size);
        if (count == -1 && errno == EAGAIN) break;
        if (count >= 0)
            pass(client_at(net::Address(address, size)), false,
                 {buffer_.data(), static_cast<std::size_t>(count)});
    }
    return taken > 0;
}

std::shared_ptr<RelayedDatagrams::Client> RelayedDatagrams::client_at(const net::Address& address) {
    const auto found = std::ranges::find_if(clients_, [&](const std::shared_ptr<Client>& client) {
        return client->address == address;
    });
    if (found != clients_.end()) {
        std::rotate(found, found + 1, clients_.end());
        return clients_.back();
    }
    if (clients_.size() == kMostClients) clients_.erase(clients_.begin());
    clients_.push_back(std::make_shared<Client>(*this, address));
    return clients_.back();
}

void RelayedDatagrams::pass(const std::shared_ptr<Client>& client, bool is_answer,
                            std::string_view bytes) {
    Way& way = is_answer ? client->back : client->there;
    if (is_lost(++way.seen, faults_.drop_percent)) return;
    // A datagram is not cut in two: the first that does not pass whole is the first that is lost.
    if (faults_.cut_after &&
        std::max(client->there.passed, client->back.passed) + bytes.size() > *faults_.cut_after)
        return;
    way.passed += bytes.size();
    const std::size_t memory = sizeof(Late) + bytes.size();  // an empty one takes room, too
    if (held_ + memory > kMostHeld) return;
    held_ += memory;
    late_.push_back({Deadline::after(faults_.delay), client, is_answer, std::string(bytes)});
    send_due();
}

// What the kernel does not take is lost, as on any wire.
void RelayedDatagrams::send_due() {
    while (!late_.empty() && late_.front().due.expired()) {
        const Late late = std::move(late_.front());
        late_.pop_front();
        held_ -= sizeof(Late) + late.bytes.size();
        const std::shared_ptr<Client> client = late.client.lock();
        if (!client) continue;
        if (late.is_answer)
            ::sendto(socket_.get(), late.bytes.data(), late.bytes.size(), 0, client->address.data(),
                     client->address.size());
        else
            ::send(client->socket.get(), late.bytes.data(), late.bytes.size(), 0);
    }
    next_due_.set(late_.empty() ? Deadline::never() : late_.front().due);
}

}  // namespace waymark::lab
