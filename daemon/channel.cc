#include "daemon/channel.hh"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <climits>
#include <cstring>

#include "daemon/error.hh"

namespace waymark::daemon {

namespace {

// CMSG_SPACE rounds up to eight bytes, so there is room for two descriptors where we want one. The
// kernel uses that room; take_descriptors must expect a second one.
union Control {
    char bytes[CMSG_SPACE(sizeof(int))];
    cmsghdr alignment;
};

// Owns every descriptor that the kernel has put into our table, so that none leaks whatever is
// decided about the message. Keeps the first one, closes the others and returns how many came.
int take_descriptors(msghdr& header, Fd& first) {
    int count = 0;
    for (cmsghdr* part = CMSG_FIRSTHDR(&header); part; part = CMSG_NXTHDR(&header, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
        const std::size_t descriptors = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < descriptors; ++i) {
            int number = -1;
            std::memcpy(&number, CMSG_DATA(part) + i * sizeof(int), sizeof number);
            Fd owned(number);
            if (count++ == 0) first = std::move(owned);
        }
    }
    return count;
}

void attach_descriptor(msghdr& header, Control& control, int number) {
    std::memset(&control, 0, sizeof control);
    header.msg_control = control.bytes;
    header.msg_controllen = sizeof control.bytes;
    cmsghdr* part = CMSG_FIRSTHDR(&header);
    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = CMSG_LEN(sizeof number);
    std::memcpy(CMSG_DATA(part), &number, sizeof number);
}

// Passes with time, but poll(2) does not know of it: who waits for it turns at full speed.
bool means_exhausted(int error_number) {
    return error_number == ENOBUFS || error_number == ENOMEM || error_number == ETOOMANYREFS;
}

bool means_gone(int error_number) {
    return error_number == EPIPE || error_number == ECONNRESET || error_number == ENOTCONN;
}

int socket_option(const Fd& socket, int option, const char* what) {
    int value = 0;
    socklen_t size = sizeof value;
    check(::getsockopt(socket.get(), SOL_SOCKET, option, &value, &size), what);
    return value;
}

// The kernel doubles what was asked, for its bookkeeping, and reports the double (socket(7)).
int room_of(const Fd& socket) {
    return socket_option(socket, SO_SNDBUF, "getsockopt SO_SNDBUF") / 2;
}

void set_room(const Fd& socket, int bytes) {
    check(::setsockopt(socket.get(), SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes),
          "setsockopt SO_SNDBUF");
}

// What the system's limit lets through, seen on a socket that nobody needs.
int room_allowed(int bytes) {
    const SocketPair probe = make_socket_pair(SOCK_SEQPACKET);
    set_room(probe.first, bytes);
    return room_of(probe.first);
}

}  // namespace

// The buffer is left as it comes: a receive writes what it returns, and clearing 64 KiB for each
// channel and message would cost more than the message.
Channel::Channel(Fd socket)
    : socket_(std::move(socket)), buffer_(std::make_unique_for_overwrite<char[]>(kMaxMessage)) {
    if (socket_option(socket_, SO_TYPE, "getsockopt SO_TYPE") != SOCK_SEQPACKET)
        fail(EPROTOTYPE, "Channel");
    set_nonblocking(socket_, true);
}

Channel::Result Channel::send(std::string_view message, const Fd* descriptor) {
    assert(!message.empty() && message.size() <= kMaxMessage);
    if (broken_) return Result::closed;
    iovec part{const_cast<char*>(message.data()), message.size()};
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    Control control;
    if (descriptor) attach_descriptor(header, control, descriptor->get());

    while (::sendmsg(socket_.get(), &header, MSG_NOSIGNAL | MSG_DONTWAIT) == -1) {
        if (errno == EINTR) continue;
        if (errno == EAGAIN || errno == EWOULDBLOCK) return Result::would_block;
        if (means_exhausted(errno)) return Result::exhausted;
        if (means_gone(errno)) return Result::closed;
        fail(errno, "sendmsg", "channel");
    }
    return Result::done;
}

Channel::Received Channel::receive() {
    Received received;
    if (broken_) {
        received.result = Result::closed;
        return received;
    }
    iovec part{buffer_.get(), kMaxMessage};
    Control control;
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = control.bytes;
    header.msg_controllen = sizeof control.bytes;

    ssize_t length = -1;
    while ((length = ::recvmsg(socket_.get(), &header, MSG_CMSG_CLOEXEC | MSG_DONTWAIT)) == -1) {
        // ECONNRESET comes once, when the other end died with messages of ours unread. What it had
        // sent before is still queued behind it, so read on.
        if (errno == EINTR || errno == ECONNRESET) continue;
        if (errno == EAGAIN || errno == EWOULDBLOCK) return received;
        fail(errno, "recvmsg", "channel");
    }
    const int descriptors = take_descriptors(header, received.descriptor);
    // MSG_CTRUNC also when our own table of descriptors is full: the message lost its descriptor.
    const bool cut = (header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0;
    if (length == 0 || cut || descriptors > 1) {
        received.descriptor.reset();
        received.result = give_up();
        return received;
    }
    received.result = Result::done;
    received.message = std::string_view(buffer_.get(), static_cast<std::size_t>(length));
    return received;
}

// Tells the other end, too, and keeps what is still queued from being read as if all were well.
Channel::Result Channel::give_up() {
    broken_ = true;
    ::shutdown(socket_.get(), SHUT_RDWR);
    return Result::closed;
}

void Channel::close() {
    broken_ = true;
    socket_.reset();
}

std::size_t Channel::grow_buffers(std::size_t bytes) {
    const int wanted = static_cast<int>(std::min<std::size_t>(bytes, INT_MAX / 2));
    // Of two Unix sockets only the sender's buffer counts. FORCE passes the system's limit but
    // needs CAP_NET_ADMIN.
    if (room_of(socket_) < wanted &&
        ::setsockopt(socket_.get(), SOL_SOCKET, SO_SNDBUFFORCE, &wanted, sizeof wanted) == -1 &&
        room_of(socket_) < room_allowed(wanted))
        set_room(socket_, wanted);
    return static_cast<std::size_t>(room_of(socket_));
}

ChannelPair make_channel() {
    SocketPair pair = make_socket_pair(SOCK_SEQPACKET | SOCK_NONBLOCK);
    return {Channel(std::move(pair.first)), Channel(std::move(pair.second))};
}

}  // namespace waymark::daemon
