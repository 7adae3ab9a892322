#include "net/connect.hh"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <thread>

#include "daemon/error.hh"
#include "net/silent_under_test.hh"
#include "net/socket_options.hh"
#include "net/streams_under_test.hh"

using namespace waymark::net;
using namespace waymark::daemon;
using namespace std::chrono_literals;

namespace {

// No new descriptor while it lives.
class NoDescriptors {
  public:
    NoDescriptors() {
        ::getrlimit(RLIMIT_NOFILE, &previous_);
        const rlimit none{0, previous_.rlim_max};
        ::setrlimit(RLIMIT_NOFILE, &none);
    }
    ~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &previous_); }

  private:
    rlimit previous_{};
};

// Connections of this machine to `port` that have not been answered: state 02 (proc_pid_net(5)).
int count_unanswered(std::uint16_t port) {
    std::ifstream table("/proc/net/tcp");
    const std::string wanted = fmt::format(":{:04X} 02 ", port);
    int count = 0;
    for (std::string line; std::getline(table, line);)
        if (line.find(wanted) != line.npos) ++count;
    return count;
}

bool is_nonblocking(const Fd& fd) {
    return (::fcntl(fd.get(), F_GETFL) & O_NONBLOCK) != 0;
}

}  // namespace

TEST_CASE("a listener is reached, over each family") {
    const std::filesystem::path folder = std::filesystem::temp_directory_path();
    const std::string path = (folder / ("connect_test." + std::to_string(::getpid()))).string();
    for (const std::string& text :
         {std::string("127.0.0.1:0"), std::string("[::1]:0"), "unix:" + path}) {
        CAPTURE(text);
        const Server server = make_server(text.c_str());
        const ConnectResult result = connect_to(server.address, long_deadline());
        CHECK(result.status == ConnectStatus::connected);
        REQUIRE(result.socket);
        CHECK(peer_address(result.socket) == server.address);
        CHECK(result.address == server.address);
        CHECK(result.failures.empty());
    }
    std::filesystem::remove(path);
}

TEST_CASE("the socket is in the mode that was asked for, and closed on exec") {
    const Server server = make_server("127.0.0.1:0");
    const ConnectResult plain = connect_to(server.address, long_deadline());
    CHECK_FALSE(is_nonblocking(plain.socket));
    CHECK((::fcntl(plain.socket.get(), F_GETFD) & FD_CLOEXEC) != 0);
    const ConnectResult other =
        connect_to(server.address, long_deadline(), SocketMode::nonblocking);
    CHECK(is_nonblocking(other.socket));
}

TEST_CASE("refused is known at once, and is not success") {
    const Server server = make_server("127.0.0.1:0", false);
    const ConnectResult result = connect_to(server.address, Deadline::never());
    CHECK(result.status == ConnectStatus::refused);
    CHECK_FALSE(result.socket);
    CHECK(result.error_text() == server.address.to_string() + ": Connection refused");
}

TEST_CASE("a Unix socket that is not there, or is nobody's, refuses") {
    const ConnectResult missing =
        connect_to(Address::parse("unix:/no/such/socket"), long_deadline());
    CHECK(missing.status == ConnectStatus::refused);
    CHECK(missing.failures[0].error_number == ENOENT);
}

TEST_CASE("a host that does not answer costs the deadline and no more") {
    const SilentServer silent;
    const auto start = Deadline::Clock::now();
    const ConnectResult result = connect_to(silent.server.address, Deadline::after(60ms));
    CHECK(result.status == ConnectStatus::timed_out);
    CHECK_FALSE(result.socket);
    CHECK(Deadline::Clock::now() - start >= 60ms);
}

TEST_CASE("a refusal that comes late is not taken for success") {
    // The first packet is dropped, and the second one, a second later, finds nobody. Then the
    // socket is writable; only SO_ERROR says why.
    SilentServer silent;
    const std::uint16_t port = silent.server.address.port();
    const int before = count_unanswered(port);
    ConnectResult result{};
    std::thread client([&] { result = connect_to(silent.server.address, long_deadline()); });
    const Deadline patience = long_deadline();
    while (count_unanswered(port) == before && !patience.expired()) std::this_thread::yield();
    silent.server.socket.reset();
    client.join();
    CHECK(result.status == ConnectStatus::refused);
    CHECK_FALSE(result.socket);
}

TEST_CASE("a full Unix queue is waited for, until the deadline") {
    const std::string path = "unix:" + std::filesystem::temp_directory_path().string() +
                             "/connect_test.full." + std::to_string(::getpid());
    const Server server = make_server(path.c_str(), true, 0);
    const ConnectResult first = connect_to(server.address, long_deadline());
    CHECK(first.status == ConnectStatus::connected);
    const ConnectResult second = connect_to(server.address, Deadline::after(30ms));
    CHECK(second.status == ConnectStatus::timed_out);
    std::filesystem::remove(path.substr(5));
}

// Fails within the call: a connection to everybody.
Address without_way(int port) {
    return Address::parse(fmt::format("127.255.255.255:{}", port));
}

TEST_CASE("the next address is tried, and each failure is named") {
    const Server refusing = make_server("127.0.0.1:0", false);
    const Server good = make_server("127.0.0.1:0");
    const std::vector<Address> addresses = {without_way(1), without_way(2), good.address};
    const ConnectResult result = connect_to_any(addresses, long_deadline());
    CHECK(result.address == good.address);
    CHECK(result.error_text() ==
          "127.255.255.255:1: Network is unreachable; 127.255.255.255:2: Network is unreachable");
    const std::vector<Address> failing = {without_way(1), refusing.address};
    const ConnectResult failed = connect_to_any(failing, long_deadline());
    CHECK(failed.status == ConnectStatus::refused);
    CHECK(failed.error_text() == "127.255.255.255:1: Network is unreachable; " +
                                     refusing.address.to_string() + ": Connection refused");
}

TEST_CASE("a host that does not answer costs a stagger and is closed") {
    const SilentServer silent;
    const Server good = make_server("127.0.0.1:0");
    const std::vector<Address> addresses = {silent.server.address, good.address};
    const int before = count_open_descriptors();
    const auto start = Deadline::Clock::now();
    const ConnectResult result = connect_to_any(addresses, Deadline::never());
    CHECK(result.address == good.address);
    CHECK(result.failures.empty());  // it has lost, and not failed
    CHECK(count_open_descriptors() == before + 1);
    CHECK(Deadline::Clock::now() - start >= 250ms);
}

TEST_CASE("families take turns: the second IPv4 address comes after IPv6") {
    const std::vector<Address> addresses = {without_way(1), without_way(2),
                                            Address::parse("[fe80::1]:80")};  // without a zone
    const ConnectResult result = connect_to_any(addresses, long_deadline());
    CHECK(result.failures.at(1).address.family() == AF_INET6);
}

TEST_CASE("an address that this machine cannot use does not end the attempt on the others") {
    const Server good = make_server("127.0.0.1:0");
    const Address without_zone = Address::parse("[fe80::1]:80");
    const std::vector<Address> addresses = {without_zone, Address(), good.address};
    const ConnectResult result = connect_to_any(addresses, long_deadline());
    CHECK(result.address == good.address);
    CHECK(result.failures.size() == 2);
    const ConnectResult alone = connect_to(without_zone, long_deadline());
    CHECK((alone.status == ConnectStatus::unusable || alone.status == ConnectStatus::unreachable));
}

TEST_CASE("the first address that answers is taken") {
    const Server first = make_server("127.0.0.1:0");
    const Server second = make_server("127.0.0.1:0");
    const std::vector<Address> addresses = {first.address, second.address};
    CHECK(connect_to_any(addresses, long_deadline()).address == first.address);
}

TEST_CASE("one deadline holds over all addresses together, and those not tried are named") {
    const SilentServer silent;
    const std::vector<Address> addresses(20, silent.server.address);
    for (const Deadline deadline :
         {Deadline::after(100ms), Deadline::after(std::chrono::hours::min())}) {
        const ConnectResult result = connect_to_any(addresses, deadline);
        CHECK(result.status == ConnectStatus::timed_out);
        REQUIRE(result.failures.size() == 20);
        CHECK(result.failures[0].status == ConnectStatus::timed_out);
        CHECK(result.failures[19].status == ConnectStatus::not_tried);
        CHECK(result.error_text().ends_with(": not tried in time"));
    }
}

TEST_CASE("a deadline that has come still takes a listener that answers at once") {
    const std::string path = "unix:" + std::filesystem::temp_directory_path().string() +
                             "/connect_test.now." + std::to_string(::getpid());
    const Server server = make_server(path.c_str());
    CHECK(connect_to(server.address, Deadline::after(0s)).status == ConnectStatus::connected);
    std::filesystem::remove(path.substr(5));
}

TEST_CASE("nothing is left open after success or failure") {
    const Server refusing = make_server("127.0.0.1:0", false);
    const SilentServer silent;
    const Server good = make_server("127.0.0.1:0");
    const std::vector<Address> addresses = {refusing.address, silent.server.address, good.address};
    const int before = count_open_descriptors();
    for (int i = 0; i < 3; ++i) {
        connect_to_any(addresses, Deadline::after(60ms));
        connect_to_any(addresses, long_deadline());
        connect_to(refusing.address, long_deadline());
    }
    CHECK(count_open_descriptors() == before);
}

TEST_CASE("signals do not end a connect that is under way") {
    struct sigaction action {};
    struct sigaction previous {};
    action.sa_handler = [](int) {};
    ::sigaction(SIGALRM, &action, &previous);
    const itimerval each{{0, 1000}, {0, 1000}};
    ::setitimer(ITIMER_REAL, &each, nullptr);
    const SilentServer silent;
    const ConnectResult result = connect_to(silent.server.address, Deadline::after(60ms));
    const Server good = make_server("127.0.0.1:0");
    const ConnectResult reached = connect_to(good.address, long_deadline());
    const itimerval off{};
    ::setitimer(ITIMER_REAL, &off, nullptr);
    ::sigaction(SIGALRM, &previous, nullptr);
    CHECK(result.status == ConnectStatus::timed_out);
    CHECK(reached.status == ConnectStatus::connected);
}

TEST_CASE("this machine's own failure is not the peer's") {
    const Server server = make_server("127.0.0.1:0");
    int error_number = 0;
    try {
        const NoDescriptors none;
        connect_to(server.address, long_deadline());
    } catch (const std::system_error& error) {
        error_number = error.code().value();
    }
    CHECK(error_number == EMFILE);
}

TEST_CASE("families take turns, beginning with the first address's") {
    const auto order = [](std::vector<const char*> texts) {
        std::vector<Address> addresses;
        for (const char* text : texts) addresses.push_back(Address::parse_ip(text).value());
        std::string result;
        for (const Address& address : alternate_families(addresses))
            result += address.host_text() + " ";
        return result;
    };
    CHECK(order({"::1", "::2", "::3", "1.1.1.1", "1.1.1.2"}) == "::1 1.1.1.1 ::2 1.1.1.2 ::3 ");
    CHECK(order({"1.1.1.1", "1.1.1.2", "::1"}) == "1.1.1.1 ::1 1.1.1.2 ");
    CHECK(order({"::1"}) == "::1 ");
    CHECK(order({}) == "");
}

TEST_CASE("an errno of connect says whose fault it was") {
    struct Row {
        int error_number;
        ConnectErrorKind kind;
    };
    for (const Row& row : {
             Row{0, ConnectErrorKind::connected},
             Row{EINPROGRESS, ConnectErrorKind::in_progress},
             Row{EALREADY, ConnectErrorKind::in_progress},
             Row{EINTR, ConnectErrorKind::in_progress},
             Row{ECONNREFUSED, ConnectErrorKind::refused},
             Row{ETIMEDOUT, ConnectErrorKind::timed_out},
             Row{EHOSTUNREACH, ConnectErrorKind::unreachable},
             Row{ENOPROTOOPT, ConnectErrorKind::unreachable},
             Row{EAFNOSUPPORT, ConnectErrorKind::unreachable},
             Row{EMFILE, ConnectErrorKind::failure},
             Row{ENOMEM, ConnectErrorKind::failure},
         }) {
        CAPTURE(row.error_number);
        CHECK(classify_connect_error(row.error_number, AF_INET) == row.kind);
    }
    for (const int each : {EACCES, EPERM, EINVAL, EADDRNOTAVAIL, EAGAIN})
        CHECK(classify_connect_error(each, AF_INET) == ConnectErrorKind::unusable);
    CHECK(classify_connect_error(EAGAIN, AF_UNIX) == ConnectErrorKind::queue_full);
}
