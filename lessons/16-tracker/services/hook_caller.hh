// Posts to web hooks what the store hands out (services/hook_queue), and tells it what the receiver
// said. It is a part of the caller, the process that nobody can call (services/caller_service).
//
// A receiver is a peer like any other, and here a stranger's. Of its answer the status is read and
// no more, within 8 KiB; one deadline holds from the connect to the status; a redirect is not
// followed, for it may lead where hooks may not go. Taken is what a status from 200 to 299 says.
// Everything else is a failure, which the store tries again later.

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/thread_pool.hh"
#include "net/event_loop.hh"
#include "net/stream.hh"
#include "net/task.hh"
#include "net/task_group.hh"
#include "net/tls_context.hh"
#include "services/hook_messages.hh"
#include "services/web_hook_networks.hh"
#include "services/web_hook_url.hh"

namespace waymark::tracker {

class HookCaller {
  public:
    struct Options {
        std::chrono::milliseconds patience{15'000};  // for one post, names looked up
        net::TlsClientOptions tls{
            .authorities = {}, .identity = {}, .protocols = {}, .least = net::TlsVersion::tls12};
    };
    using Tell = std::function<void(const HookAnswer& answer)>;

    // What it says in answer goes to `tell`. The loop must outlive it.
    HookCaller(net::EventLoop& loop, WebHookNetworks networks, Options options, Tell tell);
    HookCaller(const HookCaller&) = delete;
    HookCaller& operator=(const HookCaller&) = delete;

    // False if the message is of another kind, or cannot be read.
    bool takes(std::string_view message);
    void post(HookPost post);
    // Gives up what is under way; nothing is told of it.
    void stop() { tasks_.destroy_all(); }

    std::size_t under_way() const { return tasks_.size(); }
    std::uint64_t posted() const { return posted_; }
    std::uint64_t failed() const { return failed_; }

    static constexpr std::size_t kLongestHead = 8 * 1024;

  private:
    net::Task<> run(HookPost post);
    net::Task<std::string> try_post(const HookPost& post);
    net::Task<std::string> converse(net::Stream& stream, const HookPost& post,
                                    const net::http::HttpUrl& url, daemon::Deadline deadline);
    net::Task<std::string> read_status(net::Stream& stream, daemon::Deadline deadline);
    std::unique_ptr<net::Stream> make_stream(daemon::Fd socket, const net::http::HttpUrl& url);

    net::EventLoop& loop_;
    WebHookNetworks networks_;
    Options options_;
    Tell tell_;
    daemon::ThreadPool pool_{2, 16};            // to look names up
    std::optional<net::TlsClientContext> tls_;  // read when it is first needed
    std::uint64_t posted_ = 0, failed_ = 0;
    net::TaskGroup tasks_;
};

}  // namespace waymark::tracker
