#include "services/caller.hh"

#include <utility>

#include "daemon/error.hh"
#include "net/connect_on_loop.hh"
#include "net/notice.hh"

namespace waymark::tracker {

using daemon::Deadline;

namespace {

constexpr std::chrono::seconds kToConnect{10};
constexpr std::chrono::seconds kToSecure{10};

net::ResolveResult look_up(const std::string& target) {
    return net::resolve_host_and_port(target);
}

}  // namespace

net::Task<std::unique_ptr<net::Stream>> dial(CallerHost& host, daemon::ThreadPool& pool,
                                             std::string target, MakeLayer make_layer,
                                             std::string& failure) {
    net::PoolCall looking_up(host.loop, pool, [target] { return look_up(target); });
    const std::optional<net::ResolveResult> found = co_await looking_up;
    if (!found || found->status != net::ResolveStatus::done) {
        failure = found ? found->error : "the look-up before it has not ended";
        co_return nullptr;
    }
    net::ConnectOnLoop connecting(host.loop, found->addresses,
                                  Deadline::after(kToConnect, host.loop.now()));
    net::ConnectResult result = co_await connecting;
    if (!result.socket) {
        failure = result.error_text();
        co_return nullptr;
    }
    auto stream = std::make_unique<net::Stream>(host.loop, std::move(result.socket),
                                                make_layer ? make_layer() : nullptr);
    const Deadline deadline = Deadline::after(kToSecure, host.loop.now());
    const net::Transfer secured = co_await stream->handshake(deadline);
    if (secured.outcome == net::Outcome::done) co_return stream;
    failure = secured.outcome == net::Outcome::timed_out ? "it does not answer the TLS handshake"
                                                         : "TLS: " + stream->layer()->failure();
    co_return nullptr;
}

net::Task<> sleep_for(net::EventLoop& loop, std::chrono::milliseconds pause) {
    net::Notice nobody(loop);
    const Deadline deadline = Deadline::after(pause, loop.now());
    const bool told = co_await nobody.wait(deadline);
    static_cast<void>(told);
}

void CallState::connected() {
    is_connected_ = true;
    told_.clear();
    log_.info("{}: connected", name_);
}

void CallState::failed(std::string_view why) {
    is_connected_ = false;
    if (std::exchange(told_, std::string(why)) != why) log_.warning("{}: {}", name_, why);
}

}  // namespace waymark::tracker
