// Sends fixes on to another server, in the order in which they were stored here, each as a message
// of the form that Traccar reads (protocols/traccar_form). The store has what waits, and how far we
// have come (store/forwarding): a forwarder that dies, with the machine or with the network, begins
// again behind what was noted last. So a fix may be sent twice, and the other side stores it once,
// as this one does; that is also why two servers that forward to each other come to rest.
//
// What the other side says decides (services/forward_verdict): a fix that it will never take is
// left out after a few tries, so that the others can pass; where the server as a whole is wrong or
// away, everything waits.

#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "net/http/client_on_loop.hh"
#include "net/http/http_url.hh"
#include "net/notice.hh"
#include "net/tls_context.hh"
#include "services/caller.hh"
#include "services/forward_messages.hh"
#include "services/forward_verdict.hh"
#include "trips/phone_message.hh"

namespace waymark::tracker {

class Forwarder {
  public:
    // From the connect to the end of an answer. Traccar answers before it has stored, we after.
    static constexpr std::chrono::seconds kPatience{20};
    // A fix that is refused is sent so many times in all; while its device is being refused, once.
    static constexpr int kMostTries = 3;
    static constexpr std::chrono::seconds kRefusedFor{60};
    // After so long what has been sent is noted, also in the middle of what was handed out.
    static constexpr std::chrono::seconds kNoteEvery{5};

    // All must outlive it. `destination` is what parse_http_url() takes.
    Forwarder(CallerHost& host, daemon::ThreadPool& pool, const net::TlsClientContext& tls,
              std::string destination);

    // Without an end.
    net::Task<> run();
    // The store is there, or there again: it has forgotten what it was asked.
    void store_came();
    // What the store hands out; false if it is for another.
    bool takes(const ToForward& to_forward);

    // A JSON object: to, connected, waiting, sent, refused, last_error, last_refusal and
    // last_refusal_ms.
    std::string to_json() const;

  private:
    net::Task<> send_all();
    net::Task<bool> send(const FixToSend& fix);
    net::Task<net::http::ExchangeResult> ask(const std::string& form);
    net::Task<> pause(const net::http::ExchangeResult& result);
    void note_that_it_serves();
    void leave_out(const FixToSend& fix, std::string why);
    // What it does next, as the store is told.
    enum class Then { asks_for_more, goes_on, pauses };
    void note(Then then);

    CallerHost& host_;
    daemon::ThreadPool& pool_;
    const net::TlsClientContext& tls_;
    const std::string destination_;
    const net::http::HttpUrl url_;
    const std::string name_;  // for people: without the path, which may be a secret
    CallState state_;
    net::Notice handed_out_;
    std::unique_ptr<net::http::ClientOnLoop> client_;
    std::vector<FixToSend> fixes_;
    std::size_t at_ = 0;  // of them, the next one to send
    bool is_asked_ = false;
    Forwarding::Progress progress_;  // not noted yet
    daemon::Deadline note_again_;
    std::map<DeviceNumber, daemon::Deadline> refused_devices_;  // until then
    RetryPause pause_;
    std::minstd_rand random_{std::random_device{}()};
    std::string last_error_;
    std::int64_t waiting_ = 0;
    Forwarding::State total_;
};

}  // namespace waymark::tracker
