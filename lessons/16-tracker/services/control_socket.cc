#include "services/control_socket.hh"

#include <sys/socket.h>

#include <array>
#include <utility>

#include "daemon/error.hh"
#include "net/address.hh"
#include "net/connect.hh"
#include "net/stream.hh"
#include "net/timed_io.hh"

namespace waymark::tracker {

using daemon::Deadline;
using daemon::Fd;

namespace {

constexpr std::size_t kLongestRequest = 128;
constexpr std::size_t kLongestAnswer = std::size_t{1024} * 1024;
constexpr std::size_t kMostConversations = 16;
constexpr std::chrono::milliseconds kAskerPatience{2000};

// Reads until the end of a line into `buffer`; empty if none comes.
net::Task<std::string_view> read_line(net::Stream& stream, std::span<char> buffer) {
    const Deadline deadline = Deadline::after(kAskerPatience);
    std::size_t size = 0;
    while (size < buffer.size()) {
        const net::Transfer got = co_await stream.read_some(buffer.subspan(size), deadline);
        if (got.outcome != net::Outcome::done) break;
        size += got.bytes;
        const std::string_view text(buffer.data(), size);
        const std::size_t end = text.find('\n');
        if (end != std::string_view::npos) co_return text.substr(0, end);
    }
    co_return std::string_view();
}

net::ConnectResult connect_to_server(const std::string& path, Deadline deadline) {
    net::ConnectResult server = net::connect_to(net::Address::parse("unix:" + path), deadline);
    // Somebody listens there, but not to us: that is not "none runs".
    if (server.status == net::ConnectStatus::unusable)
        daemon::fail(server.failures.front().error_number, "connect", path);
    return server;
}

}  // namespace

ControlSocket::ControlSocket(net::EventLoop& loop, net::Listener listener, Answer answer)
    : loop_(loop),
      answer_(std::move(answer)),
      acceptor_(loop, std::move(listener),
                [this](Fd socket, const net::Address&) {
                    if (conversations_.size() < kMostConversations)
                        conversations_.start(converse(std::move(socket)));
                }),
      conversations_([](std::exception_ptr) {}) {}

net::Task<> ControlSocket::converse(Fd socket) {
    net::Stream stream(loop_, std::move(socket));
    std::array<char, kLongestRequest> buffer{};
    const std::string_view request = co_await read_line(stream, buffer);
    if (request.empty()) co_return;
    const std::string answer = co_await answer_(request);
    [[maybe_unused]] const net::Transfer sent = co_await stream.write_all(answer, kAskerPatience);
}

std::optional<pid_t> listening_process(const std::string& path, Deadline deadline) {
    const net::ConnectResult server = connect_to_server(path, deadline);
    if (server.status != net::ConnectStatus::connected) return std::nullopt;
    ucred listener{};
    socklen_t size = sizeof listener;
    daemon::check(::getsockopt(server.socket.get(), SOL_SOCKET, SO_PEERCRED, &listener, &size),
                  "getsockopt SO_PEERCRED", path);
    return listener.pid;
}

std::optional<std::string> ask_server(const std::string& path, std::string_view request,
                                      Deadline deadline) {
    const net::ConnectResult server = connect_to_server(path, deadline);
    if (server.status != net::ConnectStatus::connected) return std::nullopt;
    const std::string line = std::string(request) + "\n";
    if (net::write_all(server.socket, line, deadline).status != net::IoStatus::done)
        return std::nullopt;
    std::string answer;
    std::array<std::byte, 4096> buffer;
    while (answer.size() < kLongestAnswer) {
        const net::IoResult got = net::read_some(server.socket, buffer, deadline);
        if (got.status == net::IoStatus::end) return answer;
        if (got.status != net::IoStatus::done) return std::nullopt;
        answer.append(reinterpret_cast<const char*>(buffer.data()), got.count);
    }
    return std::nullopt;
}

}  // namespace waymark::tracker
