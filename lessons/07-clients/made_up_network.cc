#include "made_up_network.hh"

#include <fcntl.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>
#include <utility>

#include "daemon/fd.hh"
#include "lessons/course/check/real_call.hh"

namespace waymark::course::check {

namespace {

using daemon::Fd;
using net::Address;

// As long as a connect(2) without O_NONBLOCK tries: tcp_syn_retries of 6 (tcp(7)).
constexpr std::chrono::seconds kSystemsPatience(127);
constexpr int kTenSeconds = 10'000;

MadeUpNetwork* the_network = nullptr;

int real_connect(int fd, const sockaddr* address, socklen_t length) {
    static auto* const real = real_call<int(int, const sockaddr*, socklen_t)>("connect");
    return real(fd, address, length);
}

int real_epoll_ctl(int epoll, int operation, int fd, epoll_event* event) {
    static auto* const real = real_call<int(int, int, int, epoll_event*)>("epoll_ctl");
    return real(epoll, operation, fd, event);
}

// Not by poll(2), which is on the fast clock.
void wait_for(int fd, short events) {
    pollfd waiting{fd, events, 0};
    const timespec patience{kTenSeconds / 1000, 0};
    while (::syscall(SYS_ppoll, &waiting, 1, &patience, nullptr, 0) == -1 && errno == EINTR) {
    }
}

bool is_nonblocking(int fd) {
    return (::fcntl(fd, F_GETFL) & O_NONBLOCK) != 0;
}

ino_t inode_of(int fd) {
    struct stat status {};
    return ::fstat(fd, &status) == 0 ? status.st_ino : 0;
}

// As its family must have it: an IPv6 socket reaches 127.0.0.1 by its mapped address.
int connect_to(int fd, const Address& place) {
    int family = AF_INET;
    socklen_t size = sizeof family;
    ::getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &size);
    if (family == AF_INET) return real_connect(fd, place.data(), place.size());
    const int off = 0;
    ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    const Address mapped = Address::parse(fmt::format("[::ffff:127.0.0.1]:{}", place.port()));
    return real_connect(fd, mapped.data(), mapped.size());
}

int connect_to_itself(int fd) {
    const Address any = Address::parse("127.0.0.1:0");
    sockaddr_storage own{};
    socklen_t size = sizeof own;
    if (::bind(fd, any.data(), any.size()) == -1 && errno != EINVAL) return -1;  // or once more
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&own), &size);
    const int result = real_connect(fd, reinterpret_cast<const sockaddr*>(&own), size);
    const int error_number = errno;
    wait_for(fd, POLLOUT);
    errno = error_number;
    return result;
}

}  // namespace

MadeUpNetwork* MadeUpNetwork::current() {
    return the_network;
}

MadeUpNetwork::MadeUpNetwork() {
    assert(the_network == nullptr);
    the_network = this;
}

MadeUpNetwork::~MadeUpNetwork() {
    the_network = nullptr;
}

Address MadeUpNetwork::add(const char* text, const Way& way) {
    ways_[text] = way;
    return Address::parse(text);
}

Address MadeUpNetwork::answers(const char* text) {
    return add(text, {.host = Host::answers});
}
Address MadeUpNetwork::answers_late(const char* text, Milliseconds at) {
    return add(text, {.host = Host::answers, .at = at});
}
Address MadeUpNetwork::refuses(const char* text) {
    return add(text, {.host = Host::refuses});
}
Address MadeUpNetwork::refuses_late(const char* text, Milliseconds at) {
    return add(text, {.host = Host::refuses, .at = at});
}
Address MadeUpNetwork::is_silent(const char* text) {
    return add(text, {.host = Host::silent});
}
Address MadeUpNetwork::is_the_socket_itself(const char* text) {
    return add(text, {.host = Host::itself});
}
Address MadeUpNetwork::fails_at_once(const char* text, int error_number) {
    return add(text, {.host = Host::fails, .error_number = error_number});
}
Address MadeUpNetwork::interrupted(const char* text) {
    return add(text, {.host = Host::answers, .interrupted = true});
}
Address MadeUpNetwork::interrupted_before(const char* text) {
    return add(text, {.host = Host::answers, .interrupted = true, .before = true});
}
Address MadeUpNetwork::interrupted_and_fails(const char* text, int error_number) {
    return add(
        text,
        {.host = Host::fails, .error_number = error_number, .interrupted = true, .before = true});
}

void MadeUpNetwork::switch_off(int family, int error_number) {
    switched_off_[family] = error_number;
}

int MadeUpNetwork::refusal_of_family(int family) const {
    const auto found = switched_off_.find(family);
    return found == switched_off_.end() ? 0 : found->second;
}

std::string MadeUpNetwork::calls() const {
    std::string text;
    for (const auto& [address, at] : calls_)
        text += fmt::format("{}{} at {}", text.empty() ? "" : ", ", address, at.count());
    return text;
}

void MadeUpNetwork::note(int fd, const Address& address) {
    calls_.emplace_back(address.to_string(), clock_.passed());
    each_was_nonblocking_ = each_was_nonblocking_ && is_nonblocking(fd);
    each_was_close_on_exec_ = each_was_close_on_exec_ && (::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0;
}

void MadeUpNetwork::come_at(Milliseconds at, std::function<void()> event) {
    if (to_come_[at].empty())
        clock_.at(at, [this, at] {
            for (const std::function<void()>& each : std::exchange(to_come_[at], {})) each();
        });
    to_come_[at].push_back(std::move(event));
}

// A late answer: the attempt under way has been a real one to a full listener. In its place comes
// one that has been answered, if the socket is still there.
void MadeUpNetwork::come_to_pass(int fd, ino_t socket, Host host) {
    if (inode_of(fd) != socket) return;
    const int mode = is_nonblocking(fd) ? SOCK_NONBLOCK : 0;
    const Fd other(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    connect_to(other.get(), host == Host::answers ? listener_.address : refusing_.address);
    wait_for(other.get(), POLLOUT);
    if (mode == 0) daemon::set_nonblocking(other, false);
    const int flags = (::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0 ? O_CLOEXEC : 0;
    ::dup3(other.get(), fd, flags);
    // An epoll has lost the socket that was there (epoll(7), Q6), and a real one would tell of it.
    for (auto& [place, event] : told_by_epoll_)
        if (place.second == fd) real_epoll_ctl(place.first, EPOLL_CTL_ADD, fd, &event);
    known_.insert(inode_of(fd));
}

void MadeUpNetwork::note_epoll(int epoll, int operation, int fd, const epoll_event* event) {
    if (operation == EPOLL_CTL_DEL)
        told_by_epoll_.erase({epoll, fd});
    else if (event != nullptr)
        told_by_epoll_[{epoll, fd}] = *event;
}

int MadeUpNetwork::blocking_connect(int fd, const Way& way) {
    if (way.host == Host::silent || way.at > kSystemsPatience) {
        pass_time(kSystemsPatience);
        errno = ETIMEDOUT;
        return -1;
    }
    if (way.at > clock_.passed()) pass_time(way.at - clock_.passed());
    return connect_to(fd, way.host == Host::answers ? listener_.address : refusing_.address);
}

int MadeUpNetwork::connect(int fd, const sockaddr* to, socklen_t length) {
    const Address address(to, length);
    if (!address.is_ip()) return real_connect(fd, to, length);
    const auto found = ways_.find(address.to_string());
    // Who calls it once more for the same socket asks how it went, which is allowed (connect(2)).
    const bool first = known_.insert(inode_of(fd)).second;
    if (first) note(fd, address);
    if (found == ways_.end()) {  // nothing leaves the machine
        errno = ENETUNREACH;
        return -1;
    }
    Way& way = found->second;
    const bool interrupted = std::exchange(way.interrupted, false);
    if (interrupted && way.before) {
        known_.erase(inode_of(fd));
        errno = EINTR;
        return -1;
    }
    if (way.host == Host::fails) {
        errno = way.error_number;
        return -1;
    }
    if (way.host == Host::itself) return connect_to_itself(fd);
    if (!is_nonblocking(fd)) return blocking_connect(fd, way);
    const bool late = way.host == Host::silent || way.at > clock_.passed();
    const int result = connect_to(fd, late                        ? silent_.server.address
                                      : way.host == Host::answers ? listener_.address
                                                                  : refusing_.address);
    const int error_number = errno;
    if (!late) wait_for(fd, POLLOUT);
    if (first && late && way.host != Host::silent && result == -1 && error_number == EINPROGRESS)
        come_at(way.at, [this, fd, socket = inode_of(fd), host = way.host] {
            come_to_pass(fd, socket, host);
        });
    errno = interrupted && result == -1 && error_number == EINPROGRESS ? EINTR : error_number;
    return result;
}

}  // namespace waymark::course::check

extern "C" {

int connect(int fd, const sockaddr* address, socklen_t length) {
    using namespace waymark::course::check;
    MadeUpNetwork* network = MadeUpNetwork::current();
    return network ? network->connect(fd, address, length) : real_connect(fd, address, length);
}

int epoll_ctl(int epoll, int operation, int fd, epoll_event* event) noexcept {
    using namespace waymark::course::check;
    const int result = real_epoll_ctl(epoll, operation, fd, event);
    if (MadeUpNetwork* network = MadeUpNetwork::current(); network && result == 0)
        network->note_epoll(epoll, operation, fd, event);
    return result;
}

int socket(int family, int type, int protocol) noexcept {
    using namespace waymark::course::check;
    static auto* const real = real_call<int(int, int, int)>("socket");
    const MadeUpNetwork* network = MadeUpNetwork::current();
    const int refusal = network ? network->refusal_of_family(family) : 0;
    if (refusal == 0) return real(family, type, protocol);
    errno = refusal;
    return -1;
}

}  // extern "C"
