#include "local_log.hh"

#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "net/address.hh"

namespace waymark::logrelay {

namespace {

constexpr int kSendFlags = MSG_DONTWAIT | MSG_NOSIGNAL;

// Connecting again does not help against these.
bool is_full(int error_number) {
    return error_number == EAGAIN || error_number == ENOBUFS || error_number == EMSGSIZE;
}

daemon::Fd connected(const std::string& path, int type) {
    const net::Address address = net::Address::parse("unix:" + path);
    daemon::Fd socket(::socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (socket && ::connect(socket.get(), address.data(), address.size()) == -1) socket.reset();
    return socket;
}

}  // namespace

LocalLog::LocalLog(std::string path, std::function<std::string(std::uint64_t)> lost_line)
    : path_(std::move(path)), lost_line_(std::move(lost_line)) {
    net::Address::parse("unix:" + path_);
}

bool LocalLog::put(std::string_view line) {
    if (untold_ > 0) {
        if (!send(lost_line_(untold_))) return false;
        untold_ = 0;
    }
    return send(line);
}

// An error that is not "full" may mean that the system log is new and has made a new file.
bool LocalLog::send(std::string_view line) {
    for (int attempt = 0; attempt < 2; ++attempt) {
        const bool is_connected = socket_ || connect();
        if (!is_connected) return false;
        if (is_stream_ ? send_in_stream(line) : send_datagram(line)) return true;
        if (is_full(errno)) return false;
        socket_.reset();
    }
    return false;
}

bool LocalLog::connect() {
    rest_.clear();
    socket_ = connected(path_, SOCK_DGRAM);
    is_stream_ = !socket_ && errno == EPROTOTYPE;
    if (is_stream_) socket_ = connected(path_, SOCK_STREAM);
    return static_cast<bool>(socket_);
}

bool LocalLog::send_datagram(std::string_view line) {
    return ::send(socket_.get(), line.data(), line.size(), kSendFlags) != -1;
}

bool LocalLog::send_in_stream(std::string_view line) {
    if (!flush_rest()) return false;
    rest_ = line;
    rest_ += '\0';
    const std::size_t whole = rest_.size();
    if (flush_rest() || rest_.size() < whole) return true;
    rest_.clear();  // nothing of it was taken
    return false;
}

bool LocalLog::flush_rest() {
    while (!rest_.empty()) {
        const ssize_t count = ::send(socket_.get(), rest_.data(), rest_.size(), kSendFlags);
        if (count == -1) return false;
        rest_.erase(0, static_cast<std::size_t>(count));
    }
    return true;
}

}  // namespace waymark::logrelay
