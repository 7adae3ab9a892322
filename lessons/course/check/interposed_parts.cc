// The calls that move bytes and take more than a buffer: a list of parts, a message, an address or
// a place. In front of the C library's like those in interposed.cc, so that a plan which shortens
// reads and writes does not depend on the one of them that a program has chosen.

#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>

#include "lessons/course/check/fault_plan.hh"
#include "lessons/course/check/real_call.hh"

namespace {

using waymark::course::check::Call;
using waymark::course::check::call_fails;
using waymark::course::check::real_call;
using waymark::course::check::shortened;

// The list of parts that the real call gets: the caller's own, cut where the plan cuts it.
class CutParts {
  public:
    CutParts(const iovec* parts, std::size_t count) : parts_(parts), count_(count) {
        // The kernel refuses such a list, in words of its own (readv(2)).
        if (parts == nullptr || count > kept_.size()) return;
        std::size_t whole = 0;
        for (std::size_t i = 0; i < count; ++i) {
            if (parts[i].iov_len > std::numeric_limits<std::size_t>::max() - whole) return;
            whole += parts[i].iov_len;
        }
        std::size_t rest = shortened(whole);
        if (rest == whole) return;
        for (count_ = 0; rest > 0; ++count_) {
            kept_[count_] = {parts[count_].iov_base, std::min(parts[count_].iov_len, rest)};
            rest -= kept_[count_].iov_len;
        }
        parts_ = kept_.data();
    }
    CutParts(const CutParts&) = delete;
    CutParts& operator=(const CutParts&) = delete;

    const iovec* parts() const { return parts_; }
    int count() const { return static_cast<int>(count_); }
    // A message with these parts, and with all else of `message`.
    msghdr in(const msghdr& message) const {
        msghdr cut = message;
        cut.msg_iov = const_cast<iovec*>(parts_);
        cut.msg_iovlen = count_;
        return cut;
    }

  private:
    std::array<iovec, 1024> kept_;  // IOV_MAX; on the stack, for no call here may allocate
    const iovec* parts_;
    std::size_t count_;
};

std::size_t number_of(int count) {
    // A negative one becomes too large a one, which is refused as well.
    return static_cast<std::size_t>(count);
}

// What recvmsg tells about a message, where the caller looks for it.
void tell(const msghdr& cut, msghdr& message) {
    message.msg_namelen = cut.msg_namelen;
    message.msg_controllen = cut.msg_controllen;
    message.msg_flags = cut.msg_flags;
}

}  // namespace

extern "C" {

ssize_t pread(int fd, void* bytes, size_t length, off_t place) {
    static auto* const real = real_call<ssize_t(int, void*, size_t, off_t)>("pread");
    return call_fails(Call::read) ? -1 : real(fd, bytes, shortened(length), place);
}

ssize_t readv(int fd, const iovec* parts, int count) {
    static auto* const real = real_call<ssize_t(int, const iovec*, int)>("readv");
    if (call_fails(Call::read)) return -1;
    const CutParts cut(parts, number_of(count));
    return real(fd, cut.parts(), cut.count());
}

ssize_t preadv(int fd, const iovec* parts, int count, off_t place) {
    static auto* const real = real_call<ssize_t(int, const iovec*, int, off_t)>("preadv");
    if (call_fails(Call::read)) return -1;
    const CutParts cut(parts, number_of(count));
    return real(fd, cut.parts(), cut.count(), place);
}

ssize_t preadv2(int fd, const iovec* parts, int count, off_t place, int flags) {
    static auto* const real = real_call<ssize_t(int, const iovec*, int, off_t, int)>("preadv2");
    if (call_fails(Call::read)) return -1;
    const CutParts cut(parts, number_of(count));
    return real(fd, cut.parts(), cut.count(), place, flags);
}

ssize_t recvfrom(int fd, void* bytes, size_t length, int flags, sockaddr* from,
                 socklen_t* from_length) {
    static auto* const real =
        real_call<ssize_t(int, void*, size_t, int, sockaddr*, socklen_t*)>("recvfrom");
    if (call_fails(Call::read)) return -1;
    return real(fd, bytes, shortened(length), flags, from, from_length);
}

ssize_t recvmsg(int fd, msghdr* message, int flags) {
    static auto* const real = real_call<ssize_t(int, msghdr*, int)>("recvmsg");
    if (call_fails(Call::read)) return -1;
    if (message == nullptr) return real(fd, message, flags);
    const CutParts cut(message->msg_iov, message->msg_iovlen);
    msghdr own = cut.in(*message);
    const ssize_t count = real(fd, &own, flags);
    if (count != -1) tell(own, *message);
    return count;
}

// One message, in place of up to `most`: fewer are what the call may give at any time.
int recvmmsg(int fd, mmsghdr* messages, unsigned most, int flags, timespec* time) {
    static auto* const real = real_call<int(int, mmsghdr*, unsigned, int, timespec*)>("recvmmsg");
    if (call_fails(Call::read)) return -1;
    if (messages == nullptr || most == 0) return real(fd, messages, most, flags, time);
    const CutParts cut(messages->msg_hdr.msg_iov, messages->msg_hdr.msg_iovlen);
    if (cut.parts() == messages->msg_hdr.msg_iov) return real(fd, messages, most, flags, time);
    mmsghdr own{cut.in(messages->msg_hdr), 0};
    const int count = real(fd, &own, 1, flags, time);
    if (count != 1) return count;
    tell(own.msg_hdr, messages->msg_hdr);
    messages->msg_len = own.msg_len;
    return count;
}

ssize_t pwrite(int fd, const void* bytes, size_t length, off_t place) {
    static auto* const real = real_call<ssize_t(int, const void*, size_t, off_t)>("pwrite");
    return call_fails(Call::write) ? -1 : real(fd, bytes, shortened(length), place);
}

ssize_t writev(int fd, const iovec* parts, int count) {
    static auto* const real = real_call<ssize_t(int, const iovec*, int)>("writev");
    if (call_fails(Call::write)) return -1;
    const CutParts cut(parts, number_of(count));
    return real(fd, cut.parts(), cut.count());
}

ssize_t pwritev(int fd, const iovec* parts, int count, off_t place) {
    static auto* const real = real_call<ssize_t(int, const iovec*, int, off_t)>("pwritev");
    if (call_fails(Call::write)) return -1;
    const CutParts cut(parts, number_of(count));
    return real(fd, cut.parts(), cut.count(), place);
}

ssize_t pwritev2(int fd, const iovec* parts, int count, off_t place, int flags) {
    static auto* const real = real_call<ssize_t(int, const iovec*, int, off_t, int)>("pwritev2");
    if (call_fails(Call::write)) return -1;
    const CutParts cut(parts, number_of(count));
    return real(fd, cut.parts(), cut.count(), place, flags);
}

ssize_t sendto(int fd, const void* bytes, size_t length, int flags, const sockaddr* to,
               socklen_t to_length) {
    static auto* const real =
        real_call<ssize_t(int, const void*, size_t, int, const sockaddr*, socklen_t)>("sendto");
    return call_fails(Call::write) ? -1 : real(fd, bytes, shortened(length), flags, to, to_length);
}

ssize_t sendmsg(int fd, const msghdr* message, int flags) {
    static auto* const real = real_call<ssize_t(int, const msghdr*, int)>("sendmsg");
    if (call_fails(Call::write)) return -1;
    if (message == nullptr) return real(fd, message, flags);
    const CutParts cut(message->msg_iov, message->msg_iovlen);
    const msghdr own = cut.in(*message);
    return real(fd, &own, flags);
}

// One message, in place of up to `most`, as in recvmmsg.
int sendmmsg(int fd, mmsghdr* messages, unsigned most, int flags) {
    static auto* const real = real_call<int(int, mmsghdr*, unsigned, int)>("sendmmsg");
    if (call_fails(Call::write)) return -1;
    if (messages == nullptr || most == 0) return real(fd, messages, most, flags);
    const CutParts cut(messages->msg_hdr.msg_iov, messages->msg_hdr.msg_iovlen);
    if (cut.parts() == messages->msg_hdr.msg_iov) return real(fd, messages, most, flags);
    mmsghdr own{cut.in(messages->msg_hdr), 0};
    const int count = real(fd, &own, 1, flags);
    if (count == 1) messages->msg_len = own.msg_len;
    return count;
}

}  // extern "C"
