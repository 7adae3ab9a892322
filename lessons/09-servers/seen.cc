#include "seen.hh"

#include <fcntl.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <optional>
#include <system_error>

#include "advice.hh"
#include "daemon/error.hh"
#include "net/socket_options.hh"

// sanitizer/common_interface_defs.h; null in a build without one.
extern "C" [[gnu::weak]] void __sanitizer_set_report_fd(void* number);

namespace waymark::course::check {

namespace {

struct Option {
    int level;
    int number;
    const char* name;
};

constexpr Option kOptions[] = {
    {SOL_SOCKET, SO_TYPE, "SO_TYPE"},
    {SOL_SOCKET, SO_DOMAIN, "SO_DOMAIN"},
    {SOL_SOCKET, SO_PROTOCOL, "SO_PROTOCOL"},
    {SOL_SOCKET, SO_ACCEPTCONN, "SO_ACCEPTCONN"},
    {SOL_SOCKET, SO_REUSEADDR, "SO_REUSEADDR"},
    {SOL_SOCKET, SO_REUSEPORT, "SO_REUSEPORT"},
    {SOL_SOCKET, SO_KEEPALIVE, "SO_KEEPALIVE"},
    {SOL_SOCKET, SO_LINGER, "SO_LINGER"},
    {SOL_SOCKET, SO_BROADCAST, "SO_BROADCAST"},
    {SOL_SOCKET, SO_OOBINLINE, "SO_OOBINLINE"},
    {SOL_SOCKET, SO_DONTROUTE, "SO_DONTROUTE"},
    {SOL_SOCKET, SO_RCVLOWAT, "SO_RCVLOWAT"},
    {SOL_SOCKET, SO_RCVTIMEO, "SO_RCVTIMEO"},
    {SOL_SOCKET, SO_SNDTIMEO, "SO_SNDTIMEO"},
    {SOL_SOCKET, SO_PRIORITY, "SO_PRIORITY"},
    {SOL_SOCKET, SO_MARK, "SO_MARK"},
    {SOL_SOCKET, SO_PASSCRED, "SO_PASSCRED"},
    {SOL_SOCKET, SO_TIMESTAMP, "SO_TIMESTAMP"},
    {SOL_SOCKET, SO_BUSY_POLL, "SO_BUSY_POLL"},
    {IPPROTO_IP, IP_TTL, "IP_TTL"},
    {IPPROTO_IP, IP_TOS, "IP_TOS"},
    {IPPROTO_IP, IP_FREEBIND, "IP_FREEBIND"},
    {IPPROTO_IP, IP_TRANSPARENT, "IP_TRANSPARENT"},
    {IPPROTO_IP, IP_PKTINFO, "IP_PKTINFO"},
    {IPPROTO_IPV6, IPV6_V6ONLY, "IPV6_V6ONLY"},
    {IPPROTO_IPV6, IPV6_UNICAST_HOPS, "IPV6_UNICAST_HOPS"},
    {IPPROTO_IPV6, IPV6_TCLASS, "IPV6_TCLASS"},
    {IPPROTO_IPV6, IPV6_RECVPKTINFO, "IPV6_RECVPKTINFO"},
    {IPPROTO_TCP, TCP_NODELAY, "TCP_NODELAY"},
    {IPPROTO_TCP, TCP_CORK, "TCP_CORK"},
    {IPPROTO_TCP, TCP_KEEPIDLE, "TCP_KEEPIDLE"},
    {IPPROTO_TCP, TCP_KEEPINTVL, "TCP_KEEPINTVL"},
    {IPPROTO_TCP, TCP_KEEPCNT, "TCP_KEEPCNT"},
    {IPPROTO_TCP, TCP_SYNCNT, "TCP_SYNCNT"},
    {IPPROTO_TCP, TCP_LINGER2, "TCP_LINGER2"},
    {IPPROTO_TCP, TCP_DEFER_ACCEPT, "TCP_DEFER_ACCEPT"},
    {IPPROTO_TCP, TCP_USER_TIMEOUT, "TCP_USER_TIMEOUT"},
    {IPPROTO_TCP, TCP_FASTOPEN, "TCP_FASTOPEN"},
};

std::string option_text(int socket, const Option& option) {
    unsigned char bytes[64] = {};
    socklen_t size = sizeof bytes;
    if (::getsockopt(socket, option.level, option.number, bytes, &size) == -1) return "none";
    std::string text;
    for (socklen_t i = size; i > 0; --i) text += fmt::format("{:02x}", bytes[i - 1]);
    return text;
}

std::string file_of(int number) {
    std::error_code gone;
    return std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(number), gone).string();
}

// What belongs to the whole process, and is nobody's to change here.
std::string settings() {
    const mode_t mask = ::umask(0);
    ::umask(mask);
    struct sigaction action {};
    ::sigaction(SIGPIPE, nullptr, &action);
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    return fmt::format("umask {:03o}, SIGPIPE {}, {} descriptors", mask,
                       action.sa_handler == SIG_DFL ? "as it was" : "changed", limit.rlim_cur);
}

// What goes to descriptors 1 and 2 while it lives. A sanitizer's last words do not: they are for
// the runner, and nobody would look at them here.
class Printed {
  public:
    Printed() : text_(::memfd_create("printed", MFD_CLOEXEC)), old_{Fd(::dup(1)), Fd(::dup(2))} {
        std::fflush(nullptr);
        for (const int number : {1, 2}) ::dup2(text_.get(), number);
        let_sanitizer_speak_to(old_[1].get());
    }
    ~Printed() { put_back(); }
    std::string take() {
        put_back();
        std::string text(static_cast<std::size_t>(::lseek(text_.get(), 0, SEEK_END)), '\0');
        (void)!::pread(text_.get(), text.data(), text.size(), 0);
        return text;
    }

  private:
    void put_back() {
        if (!old_[0]) return;
        std::fflush(nullptr);
        for (const int number : {1, 2}) {
            ::dup2(old_[number - 1].get(), number);
            old_[number - 1].reset();
        }
        let_sanitizer_speak_to(2);
    }
    static void let_sanitizer_speak_to(std::intptr_t number) {
        if (&__sanitizer_set_report_fd != nullptr)
            __sanitizer_set_report_fd(reinterpret_cast<void*>(number));
    }
    Fd text_;
    Fd old_[2];
};

}  // namespace

Descriptors open_descriptors() {
    Descriptors all;
    for (int number = 0; number < 256; ++number)
        if (::fcntl(number, F_GETFD) != -1) all[number] = file_of(number);
    return all;
}

std::string added(const Descriptors& before, const Descriptors& later) {
    std::string text;
    for (const auto& [number, file] : later)
        if (!before.contains(number))
            text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", number, file);
    return text;
}

std::string missing(const Descriptors& before, const Descriptors& later) {
    return added(later, before);
}

Options options_of(int socket) {
    Options options;
    for (const Option& option : kOptions) options[option.name] = option_text(socket, option);
    const int status = ::fcntl(socket, F_GETFL);
    options["O_NONBLOCK"] = (status & O_NONBLOCK) != 0 ? "set" : "not set";
    options["other status flags"] = std::to_string(status & ~O_NONBLOCK);
    options["close-on-exec"] = (::fcntl(socket, F_GETFD) & FD_CLOEXEC) != 0 ? "set" : "not set";
    options["F_GETOWN"] = std::to_string(::fcntl(socket, F_GETOWN));
    return options;
}

std::string difference(const Options& expected, const Options& seen) {
    for (const auto& [name, value] : expected)
        if (seen.at(name) != value)
            return fmt::format("{} is {} and not {}", name, seen.at(name), value);
    return "";
}

std::string Outcome::words() const {
    if (kind == "nothing") return "nothing is thrown";
    return what.empty() ? kind : fmt::format("{}: {}", kind, what);
}

Outcome outcome_of(const std::function<void()>& body) {
    Outcome outcome{"nothing", 0, ""};
    const std::string before = settings();
    Printed printed;
    try {
        body();
    } catch (const net::ListenError& error) {
        outcome = {"ListenError", error.code().value(), error.what()};
    } catch (const std::system_error& error) {
        outcome = {"std::system_error", error.code().value(), error.what()};
    } catch (const std::exception& error) {
        outcome = {"another exception", 0, error.what()};
    } catch (...) {
        outcome = {"something that is no exception", 0, ""};
    }
    const std::string text = printed.take();
    expect(text.empty(), "what was printed", "nothing", show(text), kPrints);
    expect(settings() == before, "what belongs to the whole process", before, settings(), kExtra);
    return outcome;
}

Listener listen_at(const Address& address, Families families, int backlog) {
    const Descriptors before = open_descriptors();
    std::optional<Listener> listener;
    const Outcome outcome = outcome_of([&] { listener.emplace(address, families, backlog); });
    expect(outcome.kind == "nothing", "a Listener at " + address.to_string(), "is made",
           outcome.words(),
           outcome.error == ENOSYS                                 ? Causes(kNotWritten)
           : outcome.error == EADDRINUSE                           ? Causes(kNoReuse)
           : outcome.what.find("IPV6_V6ONLY") != std::string::npos ? Causes(kFamilies)
                                                                   : Causes{});
    Descriptors later = open_descriptors();
    std::erase_if(later,
                  [](const auto& one) { return one.second.find("eventfd") != std::string::npos; });
    later.erase(listener->fd().get());
    expect(added(before, later).empty(), "descriptors beside the listener's own", "none",
           added(before, later), kLeak);
    return std::move(*listener);
}

Fd raw_socket(int family, int type) {
    return Fd(daemon::check(::socket(family, type | SOCK_CLOEXEC, 0), "socket"));
}

Fd raw_listener(const Address& address, Families families, bool plain) {
    const int flags = plain ? 0 : SOCK_NONBLOCK | SOCK_CLOEXEC;
    Fd socket(daemon::check(::socket(address.family(), SOCK_STREAM | flags, 0), "socket"));
    if (address.is_ip()) net::allow_address_reuse(socket);
    if (address.family() == AF_INET6) net::set_ipv6_only(socket, families == Families::ipv6_only);
    daemon::check(::bind(socket.get(), address.data(), address.size()), "bind");
    daemon::check(::listen(socket.get(), 5), "listen");
    return socket;
}

Fd connect_client(const Address& address) {
    Fd socket = raw_socket(address.family());
    const bool connected = ::connect(socket.get(), address.data(), address.size()) == 0;
    expect(connected, "a client that connects to " + address.to_string(), "gets in",
           daemon::error_text(errno), Causes{});
    return socket;
}

bool is_refused(const Address& address) {
    const Fd socket = raw_socket(address.family());
    return ::connect(socket.get(), address.data(), address.size()) == -1 && errno == ECONNREFUSED;
}

void wait_for_client(const Listener& listener, const Causes& causes) {
    pollfd ready{listener.fd().get(), POLLIN, 0};
    expect(::poll(&ready, 1, kPatience) == 1, "the listener", "readable", "nobody arrives", causes);
}

net::AcceptResult accept_next(Listener& listener, const Causes& causes) {
    std::optional<net::AcceptResult> result;
    const Outcome outcome = outcome_of([&] { result.emplace(listener.accept_one()); });
    expect(outcome.kind == "nothing", "accept_one()", "gives a result", outcome.words(),
           outcome.error == ENOSYS ? Causes(kNotWritten) : causes);
    return std::move(*result);
}

const Advice& advice_about_errno(int seen) {
    return seen == 0 ? kNoReason : kErrno;
}

std::string read_to_the_end(const Fd& socket) {
    std::string text;
    for (;;) {
        pollfd ready{socket.get(), POLLIN, 0};
        if (::poll(&ready, 1, kPatience) != 1) return text + " and no end";
        char bytes[200];
        const ssize_t length = ::read(socket.get(), bytes, sizeof bytes);
        if (length == 0) return text;
        if (length == -1) return text + " and " + daemon::error_text(errno);
        text.append(bytes, static_cast<std::size_t>(length));
    }
}

}  // namespace waymark::course::check
