#include "played.hh"

#include <fcntl.h>

#include <cerrno>
#include <system_error>

namespace waymark::course::check {

namespace {

constexpr int kFarTooOften = 50;
constexpr int kFromNowOn = 1'000'000'000;

}  // namespace

std::string name_of(net::ConnectStatus status) {
    switch (status) {
        case net::ConnectStatus::connected:
            return "connected";
        case net::ConnectStatus::refused:
            return "refused";
        case net::ConnectStatus::timed_out:
            return "timed_out";
        case net::ConnectStatus::unreachable:
            return "unreachable";
        case net::ConnectStatus::unusable:
            return "unusable";
        case net::ConnectStatus::not_tried:
            return "not_tried";
    }
    return "none of its values";
}

Played play(MadeUpNetwork& network, const std::vector<net::Address>& addresses,
            std::chrono::milliseconds deadline, net::SocketMode mode) {
    Played seen;
    const int before = daemon::count_open_descriptors();
    const auto start = network.clock().passed();
    int open_in_result = 0;
    try {
        const net::ConnectResult result =
            net::connect_to_any(addresses, daemon::Deadline::after(deadline), mode);
        seen.took = (network.clock().passed() - start).count();
        seen.status = name_of(result.status);
        seen.failures = result.error_text();
        for (const net::ConnectFailure& failure : result.failures)
            seen.kinds += (seen.kinds.empty() ? "" : ", ") + name_of(failure.status) + " " +
                          std::to_string(failure.error_number);
        if (result.socket) {
            open_in_result = 1;
            seen.address = result.address.to_string();
            seen.nonblocking = (::fcntl(result.socket.get(), F_GETFL) & O_NONBLOCK) != 0;
            seen.close_on_exec = (::fcntl(result.socket.get(), F_GETFD) & FD_CLOEXEC) != 0;
            sockaddr_storage peer;
            socklen_t size = sizeof peer;
            seen.has_peer =
                ::getpeername(result.socket.get(), reinterpret_cast<sockaddr*>(&peer), &size) == 0;
        }
        seen.left_open = daemon::count_open_descriptors() - before - open_in_result;
    } catch (const std::system_error& error) {
        seen.thrown = error.what();
        seen.error_number = error.code().value();
        seen.took = (network.clock().passed() - start).count();
        seen.left_open = daemon::count_open_descriptors() - before;
    }
    seen.calls = network.calls();
    seen.each_was_nonblocking = network.each_was_nonblocking();
    seen.each_was_close_on_exec = network.each_was_close_on_exec();
    return seen;
}

SpinStop::SpinStop(Faults& faults, const MadeUpNetwork& network)
    : faults_(faults), network_(network) {
    faults_.before(Call::poll, [this] { look(); });
}

void SpinStop::look() {
    faults_.before(Call::poll, [this] { look(); });
    const auto now = network_.clock().passed();
    looks_ = now == at_ ? looks_ + 1 : 1;
    at_ = now;
    if (looks_ == kFarTooOften) faults_.fail(Call::poll, ENOMEM, kFromNowOn);
}

std::optional<std::chrono::milliseconds> SpinStop::since() const {
    return looks_ < kFarTooOften ? std::nullopt : std::optional(at_);
}

void SpinStop::expect_none(const Causes& causes) const {
    expect(!since(), "how often it waited or looked " + show(at_.count()) + " ms after the start",
           "once for each socket", "50 times, and on", causes);
}

}  // namespace waymark::course::check
