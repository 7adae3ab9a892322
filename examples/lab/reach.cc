#include "reach.hh"

#include <fmt/format.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <deque>

#include "daemon/children.hh"
#include "daemon/error.hh"
#include "daemon/quiet_write.hh"
#include "namespaces.hh"
#include "net/address.hh"

namespace waymark::lab {

namespace {

using daemon::check;
using daemon::Deadline;
using daemon::Fd;
using net::Address;
using namespace std::chrono_literals;

constexpr char kIpv4 = 1, kIpv6 = 2;  // bits of what was reached
constexpr int kQuestions = 3;

// Of one family, from this process's network. icmp(7): the kernel writes the id and the checksum,
// and gives us only the answers to our own questions.
class Echo {
  public:
    // Asks from the address `own`, and no other: a host that has lost its address would ask from
    // its link-local one, be answered, and look well, though nobody finds it. has_own() says
    // whether it is there.
    Echo(int family, const Address& own)
        : family_(family),
          socket_(check(::socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
                                 family == AF_INET ? int{IPPROTO_ICMP} : int{IPPROTO_ICMPV6}),
                        "socket ICMP")),
          has_own_(::bind(socket_.get(), own.data(), own.size()) == 0) {}

    bool has_own() const { return has_own_; }
    const Fd& socket() const { return socket_; }

    // An address without a route is not reached; that is the answer, and no error.
    void ask(const Address& target) const {
        const std::array<unsigned char, 8> question{
            static_cast<unsigned char>(family_ == AF_INET ? ICMP_ECHO : ICMP6_ECHO_REQUEST)};
        ::sendto(socket_.get(), question.data(), question.size(), 0, target.data(), target.size());
    }

    // Who has answered; no address if nobody else has.
    Address answer() const {
        std::array<unsigned char, 64> bytes{};
        sockaddr_storage from{};
        socklen_t size = sizeof from;
        const ssize_t count = ::recvfrom(socket_.get(), bytes.data(), bytes.size(), 0,
                                         reinterpret_cast<sockaddr*>(&from), &size);
        return count < 1 ? Address() : Address(reinterpret_cast<sockaddr*>(&from), size);
    }

  private:
    int family_;
    Fd socket_;
    bool has_own_;
};

Address address_of(const StartedHost& host, int family) {
    return *Address::parse_ip(family == AF_INET ? ipv4_of(host.host.number)
                                                : ipv6_of(host.host.number));
}

// For each of `targets` the bit `reached`, if it has answered.
void ask_all(const StartedHost& host, const std::vector<const StartedHost*>& targets, int family,
             char reached, std::string& answers) {
    const Echo echo(family, address_of(host, family));
    if (!echo.has_own()) return;
    const auto is_missing = [&](std::size_t i) { return (answers[i] & reached) == 0; };
    for (int question = 0; question < kQuestions; ++question) {
        std::size_t missing = 0;
        for (std::size_t i = 0; i < targets.size(); ++i) {
            if (!is_missing(i)) continue;
            echo.ask(address_of(*targets[i], family));
            ++missing;
        }
        const Deadline deadline = Deadline::after(1s);
        while (missing > 0 && !deadline.expired()) {
            pollfd readable{echo.socket().get(), POLLIN, 0};
            ::poll(&readable, 1, deadline.poll_timeout());
            const Address from = echo.answer();
            for (std::size_t i = 0; i < targets.size(); ++i) {
                if (!is_missing(i) ||
                    !std::ranges::equal(address_of(*targets[i], family).ip_bytes(),
                                        from.ip_bytes()))
                    continue;
                answers[i] = static_cast<char>(answers[i] | reached);
                --missing;
            }
        }
        if (missing == 0) return;
    }
}

int ask_from(const StartedHost& host, const std::vector<const StartedHost*>& targets,
             const Fd& told) {
    enter(host.process, CLONE_NEWUSER | CLONE_NEWNET);
    std::string answers(targets.size(), '\0');
    ask_all(host, targets, AF_INET, kIpv4, answers);
    ask_all(host, targets, AF_INET6, kIpv6, answers);
    daemon::write_quietly(told.get(), answers);
    return daemon::kExitOk;
}

std::string all_answers(const Fd& pipe, std::size_t count) {
    std::string answers(count, '\0');
    ssize_t got = 0;
    while ((got = ::read(pipe.get(), answers.data(), count)) == -1 && errno == EINTR) {
    }
    return answers;
}

const char* word_for(char reached) {
    switch (reached) {
        case kIpv4 | kIpv6:
            return "yes";
        case kIpv4:
            return "IPv4";
        case kIpv6:
            return "IPv6";
        default:
            return "no";
    }
}

}  // namespace

int check_reach(const Lab& lab) {
    const std::vector<const StartedHost*> hosts = lab.machines();
    std::vector<const StartedHost*> targets{&lab.host("gateway")};
    targets.insert(targets.end(), hosts.begin(), hosts.end());
    daemon::Children children;
    std::deque<Fd> answers;
    for (const StartedHost* const host : hosts) {  // all at once
        daemon::Pipe pipe = daemon::make_pipe();
        children.start([&] { return ask_from(*host, targets, pipe.writing); }, SIGKILL);
        answers.push_back(std::move(pipe.reading));
    }
    fmt::print("{:<8}", "");
    for (const StartedHost* const target : targets) fmt::print(" {:<7}", target->host.name);
    fmt::print("\n");
    bool all = true;
    for (std::size_t row = 0; row < hosts.size(); ++row) {
        const std::string reached = all_answers(answers[row], targets.size());
        fmt::print("{:<8}", hosts[row]->host.name);
        for (const char one : reached) fmt::print(" {:<7}", word_for(one));
        fmt::print("\n");
        all = all && std::ranges::all_of(reached, [](char one) { return one == (kIpv4 | kIpv6); });
    }
    return all ? daemon::kExitOk : daemon::kExitSystem;
}

}  // namespace waymark::lab
