// The client for a coroutine on an event loop: net/http/client with the same statuses and the same
// one deadline for an exchange, while the loop serves everybody else; plain, or secured by a layer.
//
//     const HttpUrl url = parse_http_url("https://hooks.example/in");
//     auto looking_up = resolve_on_pool(loop, pool, url.host, url.port);
//     const std::optional<ResolveResult> found = co_await looking_up;
//     ...
//     ClientOnLoop client(loop, found->addresses, url.authority,
//                         [&] { return tls.connect(url.host); });
//     Task<ExchangeResult> asking =
//         client.exchange({.method = "POST", .target = target, .body = text}, deadline);
//     const ExchangeResult result = co_await asking;
//
// It connects to the addresses that it was given and to no others: who must not be connected to is
// left out by the caller, after the look-up. It follows no redirect, repeats no request, and takes
// no more of an answer than its limits.

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "net/event_loop.hh"
#include "net/http/client.hh"
#include "net/http/response_parser.hh"
#include "net/stream.hh"
#include "net/task.hh"

namespace waymark::net::http {

class ClientOnLoop {
  public:
    // Makes each connection's layer, for https: [&tls] { return tls.connect(name); }.
    using MakeLayer = std::function<std::unique_ptr<StreamLayer>()>;

    // `addresses` must not be empty; `authority` is for the Host field. The loop must outlive it.
    ClientOnLoop(EventLoop& loop, std::vector<Address> addresses, std::string authority,
                 MakeLayer make_layer = {}, ResponseLimits limits = {});
    ClientOnLoop(const ClientOnLoop&) = delete;
    ClientOnLoop& operator=(const ClientOnLoop&) = delete;
    ~ClientOnLoop() { disconnect(); }

    // One at a time; the client must outlive the task. What `request` refers to is copied before
    // this returns. Destroying the task while it waits leaves the connection out of step:
    // disconnect() then, or destroy the client too. The task throws std::system_error if this
    // machine fails, and what make_layer throws.
    Task<ExchangeResult> exchange(const Outgoing& request, Deadline deadline);

    bool is_connected() const { return stream_ != nullptr; }
    void disconnect();

  private:
    Task<ExchangeResult> run(std::string request, ResponseParser parser, Deadline deadline);
    Task<ExchangeResult> connect(Deadline deadline);
    Task<ExchangeResult> converse(std::string_view request, ResponseParser& parser,
                                  Deadline deadline);
    bool is_quiet() const;
    ExchangeResult failed(ExchangeStatus status, std::string_view what) const;

    EventLoop& loop_;
    std::vector<Address> addresses_;
    std::string authority_;
    MakeLayer make_layer_;
    ResponseLimits limits_;
    bool has_ended_ = false;  // the peer of stream_
    std::unique_ptr<Stream> stream_;
};

}  // namespace waymark::net::http
