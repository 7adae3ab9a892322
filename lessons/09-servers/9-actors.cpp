// A server of echoes, three clients, and what happens to them. Each line that you type is a deed,
// and on a slide each is a button: slow reader, half-close, drop, kill -9, fill the backlog, end.
//
// Look at both ends of the connection that it happens to. Of one deed the server hears nothing. It
// serves three clients at once; who comes after them waits in the accept queue.

#include <linux/filter.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <iostream>
#include <vector>

#include "by_hand.hh"
#include "daemon/children.hh"

using namespace waymark::demo;
using waymark::daemon::Children;
using waymark::daemon::make_pipe;
using waymark::daemon::Pipe;

namespace {

constexpr std::size_t kMostClients = 3;
constexpr std::size_t kMostOwed = 64 * 1024;  // bytes of echo for one client
constexpr int kBacklog = 2;

// What the server notices, a letter each: the demo waits for it.
constexpr char kBlocked = 'b', kEnd = 'e', kLine = 'l', kBroken = 'r', kName = 'n';

struct Conversation {
    Fd socket;
    std::string name = {}, owed = {};
    bool is_blocked = false, has_ended = false;
};

class EchoServer {
  public:
    EchoServer(const Fd& listener, const Fd& notices) : listener_(listener), notices_(notices) {}

    [[noreturn]] void run() {
        for (;;) {
            const bool has_place = all_.size() < kMostClients;
            std::vector<pollfd> watched{{has_place ? listener_.get() : -1, POLLIN, 0}};
            for (const Conversation& each : all_)
                watched.push_back({each.socket.get(), wanted(each), 0});
            ::poll(watched.data(), watched.size(), -1);
            for (std::size_t i = all_.size(); i-- > 0;)
                if (watched[i + 1].revents != 0 && !serve(all_[i]))
                    all_.erase(all_.begin() + static_cast<std::ptrdiff_t>(i));
            if (watched[0].revents != 0) all_.push_back({accept_from(listener_)});
        }
    }

  private:
    static short wanted(const Conversation& each) {
        const bool reads = !each.has_ended && each.owed.size() < kMostOwed;
        return static_cast<short>((reads ? POLLIN : 0) | (each.owed.empty() ? 0 : POLLOUT));
    }

    void note(char letter, const Conversation& client, const char* words) {
        fmt::print("   server: {}: {}\n", client.name, words);
        (void)!::write(notices_.get(), &letter, 1);
    }

    // False when the connection is broken.
    bool serve(Conversation& client) {
        return (client.has_ended || client.owed.size() >= kMostOwed || read_from(client)) &&
               write_to(client);
    }

    bool read_from(Conversation& client) {
        std::array<char, 4096> bytes;
        const ssize_t length =
            ::recv(client.socket.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
        if (length < 0) return errno == EAGAIN || is_broken(client);
        client.owed.append(bytes.data(), static_cast<std::size_t>(length));
        if (client.name.empty()) {
            client.name = client.owed.substr(0, client.owed.find('\n'));
            (void)!::write(notices_.get(), &kName, 1);
        } else if (length > 0 && bytes[0] == '?') {
            note(kLine, client, "asks, and gets its echo");
        }
        if (length == 0) {
            client.has_ended = true;
            client.owed += "bye\n";
            note(kEnd, client, "the end");  // and its socket stays open
        }
        return true;
    }

    bool write_to(Conversation& client) {
        const ssize_t length = ::send(client.socket.get(), client.owed.data(), client.owed.size(),
                                      MSG_DONTWAIT | MSG_NOSIGNAL);
        if (length < 0 && errno != EAGAIN) return is_broken(client);
        if (length > 0) client.owed.erase(0, static_cast<std::size_t>(length));
        if (length < 0 && client.owed.size() >= kMostOwed &&
            !std::exchange(client.is_blocked, true))
            note(kBlocked, client, "takes no more");
        return true;
    }

    bool is_broken(const Conversation& client) {
        note(kBroken, client, error_text(errno).c_str());
        return false;
    }

    const Fd& listener_;
    const Fd& notices_;
    std::vector<Conversation> all_;
};

// Whatever comes for this socket is lost, as behind a cable that was pulled: a filter that lets no
// byte pass (socket(7), SO_ATTACH_FILTER). Nothing is said to the other side.
void drop_what_comes(const Fd& socket) {
    sock_filter nothing{BPF_RET | BPF_K, 0, 0, 0};
    const sock_fprog filter{1, &nothing};
    check(::setsockopt(socket.get(), SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter),
          "setsockopt SO_ATTACH_FILTER");
}

// Says its name, reads what comes, and does what it is told by a letter.
int be_client(const std::string& name, const Address& server, const Fd& orders) {
    ::prctl(PR_SET_NAME, name.c_str());
    const Fd socket = connect_to(server);
    ::send(socket.get(), (name + "\n").data(), name.size() + 1, MSG_NOSIGNAL);
    bool reads = true, writes = false;
    std::array<char, 4096> bytes{};
    for (;;) {
        std::array<pollfd, 2> watched{{{orders.get(), POLLIN, 0}, {socket.get(), 0, 0}}};
        watched[1].events = static_cast<short>((reads ? POLLIN : 0) | (writes ? POLLOUT : 0));
        if (watched[1].events == 0) watched[1].fd = -1;
        ::poll(watched.data(), watched.size(), -1);
        if (watched[1].revents & POLLIN)
            reads = ::read(socket.get(), bytes.data(), bytes.size()) > 0;
        if (watched[1].revents & POLLOUT)
            ::send(socket.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        char order = 0;
        if (watched[0].revents == 0 || ::read(orders.get(), &order, 1) != 1) continue;
        if (order == 's') reads = !(writes = true);
        if (order == 'h') ::shutdown(socket.get(), SHUT_WR);
        if (order == 'd') drop_what_comes(socket);
        if (order == 'd') ::send(socket.get(), "?\n", 2, MSG_NOSIGNAL);
    }
}

struct Client {
    pid_t pid = 0;
    Pipe orders = make_pipe();
};

// Waits until the server has noticed it, for ten seconds at most.
void tell(const Client& client, const Pipe& notices, char order, char awaited) {
    if (order != 0) (void)!::write(client.orders.writing.get(), &order, 1);
    pollfd noticed{notices.reading.get(), POLLIN, 0};
    char letter = 0;
    while (letter != awaited && ::poll(&noticed, 1, 10'000) == 1)
        if (::read(notices.reading.get(), &letter, 1) != 1) return;
}

class Stage {
  public:
    Stage() {
        Fd listener = listen_at(Address::parse("127.0.0.1:0"), kBacklog);
        address_ = local_address(listener);
        children_.start(
            [&] {
                ::prctl(PR_SET_NAME, "server");
                EchoServer(listener, notices_.writing).run();
                return 0;
            },
            SIGKILL);
        listener.reset();
        int number = 0;
        for (Client& client : clients_) {
            const std::string name = fmt::format("client {}", ++number);
            client.pid = children_.start(
                [&] { return be_client(name, address_, client.orders.reading); }, SIGKILL);
            tell(client, notices_, 0, kName);  // it is served
        }
    }

    // False at the end.
    bool obey(const std::string& deed) {
        if (deed == "end") return false;
        if (std::ranges::find(done_, deed) != done_.end()) {
            fmt::print("   that has been done\n");
            return true;
        }
        done_.push_back(deed);
        if (deed == "slow reader") {
            fmt::print("   client 1 sends, and reads no more\n");
            tell(clients_[0], notices_, 's', kBlocked);
        } else if (deed == "half-close") {
            fmt::print("   client 2 says no more, and reads on\n");
            tell(clients_[1], notices_, 'h', kEnd);
        } else if (deed == "drop") {
            fmt::print("   what comes to client 3 is lost\n");
            tell(clients_[2], notices_, 'd', kLine);
        } else if (deed == "kill -9") {
            fmt::print("   client 1 is killed\n");
            ::kill(clients_[0].pid, SIGKILL);
            tell(clients_[0], notices_, 0, kBroken);
        } else if (deed == "fill the backlog") {
            fill();
        } else {
            done_.pop_back();
            fmt::print(
                "   one of: slow reader, half-close, drop,\n"
                "   kill -9, fill the backlog, end\n");
        }
        return true;
    }

  private:
    void fill() {
        for (Fd& client : crowd_) {
            client = make_socket();
            waymark::daemon::set_nonblocking(client, true);
            try_connect(client, address_);
            pollfd done{client.get(), POLLOUT, 0};
            ::poll(&done, 1, 200);  // those for whom there is no room wait on
        }
        fmt::print("   {} more clients come, and none is refused\n", crowd_.size());
    }

    Pipe notices_ = make_pipe();
    Address address_ = Address::parse("127.0.0.1:0");
    std::array<Client, kMostClients> clients_;
    std::array<Fd, 5> crowd_;
    std::vector<std::string> done_;
    Children children_;  // ended first: they would tell of the end of the others
};

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    Stage stage;
    fmt::print("a server, three clients; the deed is yours\n");
    std::string deed;
    do end_step();
    while (std::getline(std::cin, deed) && stage.obey(deed));
}
