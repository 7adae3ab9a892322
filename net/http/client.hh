// A client for one server: it keeps the connection for the next request, and each exchange has one
// deadline from the connect to the last byte of the answer. It blocks; it is for programs that have
// nothing else to do on that thread. On an event loop it is client_on_loop.
//
// It never repeats a request by itself. Whether one that got no answer was carried out is not
// known, and only the caller knows whether asking twice does harm (RFC 9110, 9.2.2).

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/connect.hh"
#include "net/http/response_reader.hh"

namespace waymark::net::http {

// "http://127.0.0.1:5055/base": where a server is. The path has no slash at its end.
struct ServerUrl {
    std::string authority;  // "127.0.0.1:5055", as the Host field says it
    std::string path;       // "" or "/base"
};

// Throws UsageError for what is not http://host[:port][/path], with a port from 1 on.
ServerUrl parse_server_url(std::string_view text);

struct Outgoing {
    std::string_view method = "GET";
    std::string_view target = "/";
    std::string_view content_type = {};  // "" sends none
    std::string_view body = {};
    std::string_view user_agent = {};  // "" sends none
    // More fields, each as "Name: value" and a line end.
    std::string_view fields = {};
};

// The request as it goes out. Method, target, authority and values must be what their places allow
// (asserted): a line end in one of them would begin a field.
std::string request_bytes(const Outgoing& request, std::string_view authority);

enum class ExchangeStatus {
    answered,       // with whatever status
    not_connected,  // nothing was sent
    closed_idle,    // a connection kept from before had ended; nothing was sent: ask again
    lost,           // the connection ended or broke before the whole answer
    timed_out,
    malformed,  // the peer does not speak HTTP/1.1
    too_large,  // the answer is larger than the limits
};

struct ExchangeResult {
    ExchangeStatus status = ExchangeStatus::not_connected;
    Response response;  // if answered
    std::string error;  // if not: one line that names the server and the cause
};

// What an answer that was read so far means for who asked `authority`; the errors name it.
ExchangeResult result_of(ResponseStatus status, Response response, std::string_view authority);

class Client {
  public:
    // `addresses` must not be empty (net/resolve gives them); `authority` is for the Host field.
    Client(std::vector<Address> addresses, std::string authority, ResponseLimits limits = {});
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    // Sends and waits for the answer. Throws std::system_error if this machine fails.
    ExchangeResult exchange(const Outgoing& request, Deadline deadline);

    // Connects if it is not connected. "" or why it could not.
    std::string connect(Deadline deadline);
    bool is_connected() const { return static_cast<bool>(socket_); }
    void disconnect();

    // Gives the connection away, for callers that want to misuse it; the next exchange makes a new
    // one.
    Fd take_connection();

    const std::string& authority() const { return authority_; }

  private:
    bool is_quiet() const;
    ExchangeResult send_and_read(const Outgoing& request, Deadline deadline);

    std::vector<Address> addresses_;
    std::string authority_;
    ResponseLimits limits_;
    Fd socket_;
    std::optional<LineReader> reader_;  // of socket_
    bool has_answered_ = false;         // on this connection
};

}  // namespace waymark::net::http
