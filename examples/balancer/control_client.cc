// The other side of the control socket: asks, prints, and gives the exit code (control.hh).

#include <fmt/core.h>

#include <array>
#include <cstddef>
#include <stdexcept>

#include "control.hh"
#include "daemon/error.hh"
#include "net/connect.hh"
#include "net/timed_io.hh"

namespace waymark::balancer {

namespace {

constexpr std::chrono::seconds kConnectTime{5};

std::string ask(const net::Fd& socket, const std::string& line) {
    std::string answer;
    if (net::write_all(socket, line, net::Deadline::never()).status != net::IoStatus::done)
        return answer;
    std::array<std::byte, 4096> piece;
    for (;;) {
        const net::IoResult got = net::read_some(socket, piece, net::Deadline::never());
        if (got.status != net::IoStatus::done) return answer;
        answer.append(reinterpret_cast<const char*>(piece.data()), got.count);
    }
}

}  // namespace

int run_control(const std::string& path, const std::vector<std::string>& words) {
    const net::Address address = net::Address::parse("unix:" + path);
    const net::ConnectResult result = net::connect_to(address, net::Deadline::after(kConnectTime));
    if (!result.socket)
        throw std::runtime_error(
            fmt::format("{}; does a balancer with --control {} run?", result.error_text(), path));
    std::string line;
    for (const std::string& word : words) line += (line.empty() ? "" : " ") + word;
    const std::string answer = ask(result.socket, line + "\n");
    if (answer.starts_with("ok\n")) {
        fmt::print("{}", answer.substr(3));
        return daemon::kExitOk;
    }
    if (answer.starts_with("error: "))
        throw daemon::UsageError(answer.substr(7, answer.size() - 8));
    throw std::runtime_error("the balancer ended before it had answered");
}

}  // namespace waymark::balancer
