#include "net/readiness.hh"

#include <sys/epoll.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>
#include <utility>

namespace waymark::net {

using daemon::Deadline;

Readiness::Readiness(EventLoop& loop, daemon::Fd fd, std::uint32_t events)
    : loop_(loop), fd_(std::move(fd)), changed_(loop) {
    loop_.add(fd_, events | EPOLLET, *this);
}

void Readiness::close() {
    if (!fd_) return;
    loop_.remove(fd_, *this);
    fd_.reset();
    changed_.tell_all();
}

bool Readiness::on_ready(std::uint32_t) {
    changed_.tell_all();
    return true;
}

PipeReader::PipeReader(EventLoop& loop, daemon::Fd end)
    : end_(loop, (daemon::set_nonblocking(end, true), std::move(end)), EPOLLIN) {}

Transfer PipeReader::read_now(std::span<char> buffer) const {
    assert(!buffer.empty());  // a read of nothing gives 0, which would look like the end
    ssize_t got = -1;
    do {
        got = ::read(end_.fd().get(), buffer.data(), buffer.size());
    } while (got == -1 && errno == EINTR);
    if (got == 0) return {Outcome::end};
    if (got > 0) return {Outcome::done, static_cast<std::size_t>(got)};
    return errno == EAGAIN ? Transfer{Outcome::timed_out} : Transfer{Outcome::failed, 0, errno};
}

// Now and then the others have their turn first, also when there is always one more byte.
Task<Transfer> PipeReader::read_some(std::span<char> buffer, Deadline deadline) {
    if (!end_.loop().may_go_on()) co_await end_.loop().yield();
    while (true) {
        const Transfer transfer = read_now(buffer);
        if (transfer.outcome != Outcome::timed_out) co_return transfer;
        const bool is_told = co_await end_.changed(deadline);
        if (!is_told) co_return transfer;
    }
}

PipeWriter::PipeWriter(EventLoop& loop, daemon::Fd end)
    : end_(loop, (daemon::set_nonblocking(end, true), std::move(end)), EPOLLOUT) {}

Task<Transfer> PipeWriter::write_all(std::string_view bytes, Deadline deadline) {
    if (!end_.loop().may_go_on()) co_await end_.loop().yield();
    Transfer transfer;
    while (!bytes.empty()) {
        const ssize_t put = ::write(end_.fd().get(), bytes.data(), bytes.size());
        if (put >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(put));
            transfer.bytes += static_cast<std::size_t>(put);
            continue;
        }
        if (errno == EINTR) continue;
        if (errno != EAGAIN) {
            transfer.outcome = errno == EPIPE ? Outcome::end : Outcome::failed;
            transfer.error = errno;
            co_return transfer;
        }
        const bool is_told = co_await end_.changed(deadline);
        if (!is_told) {
            transfer.outcome = Outcome::timed_out;
            co_return transfer;
        }
    }
    co_return transfer;
}

}  // namespace waymark::net
