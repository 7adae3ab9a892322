#include "services/hook_caller.hh"

#include <fmt/format.h>

#include <array>
#include <exception>
#include <utility>
#include <vector>

#include "daemon/error.hh"
#include "net/connect_on_loop.hh"
#include "net/http/client.hh"
#include "net/tls_stream.hh"
#include "services/hook_status.hh"
#include "services/web_hook_signature.hh"
#include "unix_time.hh"
#include "version.hh"

namespace waymark::tracker {

using daemon::Deadline;

namespace {

constexpr std::string_view kTaken = "status 2";

std::string request_of(const HookPost& post, const net::http::HttpUrl& url) {
    const std::int64_t seconds = unix_now() / 1000;
    const std::string agent = fmt::format("Waymark/{}", version());
    const std::string fields = fmt::format(
        "webhook-id: {}\r\nwebhook-timestamp: {}\r\nwebhook-signature: {}\r\nConnection: close\r\n",
        post.id, seconds, hook_signature(post.secret, post.id, seconds, post.body));
    const std::string target = url.target();
    return net::http::request_bytes({.method = "POST",
                                     .target = target,
                                     .content_type = "application/json",
                                     .body = post.body,
                                     .user_agent = agent,
                                     .fields = fields},
                                    url.authority);
}

// In words that say nothing of what else there is behind the name.
constexpr const char* kNotAllowed =
    "web hooks may not go there: the operator names networks with --web-hooks";

}  // namespace

HookCaller::HookCaller(net::EventLoop& loop, WebHookNetworks networks, Options options, Tell tell)
    : loop_(loop),
      networks_(std::move(networks)),
      options_(std::move(options)),
      tell_(std::move(tell)) {}

bool HookCaller::takes(std::string_view message) {
    HookPost one;
    if (kind_of(message) != MessageKind::post || !read(message, one)) return false;
    post(std::move(one));
    return true;
}

void HookCaller::post(HookPost post) {
    tasks_.start(run(std::move(post)));
}

net::Task<> HookCaller::run(HookPost post) {
    HookAnswer answer{post.number, false, {}};
    try {
        net::Task<std::string> trying = try_post(post);
        const std::string said = co_await trying;
        answer.said = said;
    } catch (const std::exception& error) {  // this machine fails, or its certificates do
        answer.said = error.what();
    }
    answer.is_taken = answer.said.starts_with(kTaken);
    ++(answer.is_taken ? posted_ : failed_);
    tell_(answer);
}

// "status 204", or why there is none.
net::Task<std::string> HookCaller::try_post(const HookPost& post) {
    const Deadline deadline = Deadline::after(options_.patience, loop_.now());
    const net::http::HttpUrl url = parse_hook_url(post.url);
    auto looking_up = net::resolve_on_pool(loop_, pool_, url.host, url.port);
    const std::optional<net::ResolveResult> found = co_await looking_up;
    if (!found) co_return "too many names are being looked up";
    if (found->status != net::ResolveStatus::done) co_return found->error;
    std::vector<net::Address> allowed;
    for (const net::Address& address : found->addresses)
        if (networks_.allows(address, url.is_secured)) allowed.push_back(address);
    if (allowed.empty()) co_return kNotAllowed;
    net::ConnectOnLoop connecting(loop_, allowed, deadline);
    net::ConnectResult connected = co_await connecting;
    if (!connected.socket) co_return connected.error_text();
    const std::unique_ptr<net::Stream> stream = make_stream(std::move(connected.socket), url);
    net::Task<std::string> conversation = converse(*stream, post, url, deadline);
    const std::string said = co_await conversation;
    co_return said;
}

std::unique_ptr<net::Stream> HookCaller::make_stream(daemon::Fd socket, const net::http::HttpUrl& url) {
    if (!url.is_secured) return std::make_unique<net::Stream>(loop_, std::move(socket));
    if (!tls_) tls_.emplace(options_.tls);
    return std::make_unique<net::TlsStream>(loop_, std::move(socket), tls_->connect(url.host));
}

net::Task<std::string> HookCaller::converse(net::Stream& stream, const HookPost& post,
                                            const net::http::HttpUrl& url, Deadline deadline) {
    const net::Transfer secured = co_await stream.handshake(deadline);
    if (secured.outcome != net::Outcome::done) {
        const std::string why = stream.layer() ? stream.layer()->failure() : std::string();
        co_return why.empty() ? "the connection could not be secured" : why;
    }
    const std::string request = request_of(post, url);
    // A write has no deadline of its own: who takes a byte now and then would have it go on.
    net::Timer late(loop_.timers(), [&stream] { stream.cancel(); });
    late.set(deadline);
    const net::Transfer sent = co_await stream.write_all(request, options_.patience);
    // After a broken write the answer that explains it may still be there to read.
    if (sent.outcome == net::Outcome::timed_out || sent.outcome == net::Outcome::cancelled)
        co_return "it does not take the request";
    late.cancel();
    net::Task<std::string> reading = read_status(stream, deadline);
    const std::string said = co_await reading;
    co_return said;
}

net::Task<std::string> HookCaller::read_status(net::Stream& stream, Deadline deadline) {
    std::string head;
    std::array<char, 2048> buffer;
    while (head.size() < kLongestHead) {
        const net::Transfer got = co_await stream.read_some(buffer, deadline);
        if (got.outcome == net::Outcome::timed_out) co_return "it does not answer in time";
        if (got.outcome != net::Outcome::done)
            co_return "it ended the connection without an answer";
        head.append(buffer.data(), got.bytes);
        const int status = status_in(head);
        if (status < 0) co_return "it does not answer in HTTP/1.1";
        if (status >= 300 && status < 400)
            co_return fmt::format("status {}: redirects are not followed, name the last address",
                                  status);
        if (status > 0) co_return fmt::format("status {}", status);
    }
    co_return "its answer has no end";
}

}  // namespace waymark::tracker
