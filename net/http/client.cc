#include "net/http/client.hh"

#include <fmt/core.h>
#include <sys/socket.h>

#include <cassert>
#include <cerrno>

#include "daemon/error.hh"
#include "net/http/grammar.hh"
#include "net/http/http_url.hh"

namespace waymark::net::http {

using daemon::UsageError;

ServerUrl parse_server_url(std::string_view text) {
    constexpr std::string_view kScheme = "http://";
    if (text.substr(0, kScheme.size()) != kScheme)
        throw UsageError(fmt::format("\"{}\": the address must begin with {}", text, kScheme));
    HttpUrl url = parse_http_url(text);
    if (text.find('?') != text.npos)
        throw UsageError(fmt::format("\"{}\": leave out what follows the '?'", text));
    while (!url.path.empty() && url.path.back() == '/') url.path.pop_back();
    return {std::move(url.authority), std::move(url.path)};
}

std::string request_bytes(const Outgoing& request, std::string_view authority) {
    assert(kTokenBytes.has_all(request.method) && kTargetBytes.has_all(request.target));
    assert(kFieldValueBytes.has_all(authority));
    assert(kFieldValueBytes.has_all(request.content_type));
    assert(kFieldValueBytes.has_all(request.user_agent));
    std::string bytes =
        fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n", request.method, request.target, authority);
    if (!request.user_agent.empty()) bytes += fmt::format("User-Agent: {}\r\n", request.user_agent);
    if (!request.content_type.empty())
        bytes += fmt::format("Content-Type: {}\r\n", request.content_type);
    // A method that expects content says its length even if it is 0 (RFC 9110, 8.6).
    if (!request.body.empty() || request.method == "POST" || request.method == "PUT")
        bytes += fmt::format("Content-Length: {}\r\n", request.body.size());
    bytes += request.fields;
    bytes += "\r\n";
    bytes += request.body;
    return bytes;
}

Client::Client(std::vector<Address> addresses, std::string authority, ResponseLimits limits)
    : addresses_(std::move(addresses)), authority_(std::move(authority)), limits_(limits) {
    assert(!addresses_.empty());
}

std::string Client::connect(Deadline deadline) {
    if (socket_) return {};
    ConnectResult result = connect_to_any(addresses_, deadline);
    if (result.status != ConnectStatus::connected) return result.error_text();
    socket_ = std::move(result.socket);
    reader_.emplace(socket_);
    has_answered_ = false;
    return {};
}

void Client::disconnect() {
    reader_.reset();
    socket_.reset();
}

Fd Client::take_connection() {
    reader_.reset();
    return std::move(socket_);
}

// Whether the kept connection still stands and holds nothing. Bytes that came before the request
// are no answer to it: a server that grew tired of waiting says 408 before it closes.
bool Client::is_quiet() const {
    char byte = 0;
    const ssize_t got = ::recv(socket_.get(), &byte, 1, MSG_DONTWAIT | MSG_PEEK);
    return got == -1 && classify_io_error(errno) == IoErrorKind::try_again;
}

ExchangeResult Client::exchange(const Outgoing& request, Deadline deadline) {
    if (socket_ && has_answered_ && !is_quiet()) {
        disconnect();
        return {ExchangeStatus::closed_idle, {}, authority_ + ": closed the idle connection"};
    }
    if (const std::string error = connect(deadline); !error.empty())
        return {ExchangeStatus::not_connected, {}, error};
    ExchangeResult result = send_and_read(request, deadline);
    // Bytes that nobody asked for would be taken for the next answer.
    const bool in_step = result.status == ExchangeStatus::answered && result.response.keeps_alive &&
                         reader_->surplus() == 0;
    has_answered_ = true;
    if (!in_step) disconnect();
    return result;
}

ExchangeResult Client::send_and_read(const Outgoing& request, Deadline deadline) {
    const IoResult sent = write_all(socket_, request_bytes(request, authority_), deadline);
    if (sent.status == IoStatus::timed_out)
        return {ExchangeStatus::timed_out, {}, authority_ + ": does not take the request"};
    // After a broken write the answer that explains it may still be there to read.
    Response response;
    const ResponseStatus status =
        read_response(*reader_, request.method, limits_, deadline, response);
    if (sent.status != IoStatus::done) response.keeps_alive = false;
    return result_of(status, std::move(response), authority_);
}

ExchangeResult result_of(ResponseStatus status, Response response, std::string_view authority) {
    const auto failed = [authority](ExchangeStatus why, std::string_view what) {
        return ExchangeResult{why, {}, fmt::format("{}: {}", authority, what)};
    };
    switch (status) {
        case ResponseStatus::complete:
            return {ExchangeStatus::answered, std::move(response), {}};
        case ResponseStatus::not_begun:
            return failed(ExchangeStatus::lost, "closed the connection without an answer");
        case ResponseStatus::cut:
            return failed(ExchangeStatus::lost, "closed the connection in the middle of an answer");
        case ResponseStatus::timed_out:
            return failed(ExchangeStatus::timed_out, "does not answer");
        case ResponseStatus::malformed:
            return failed(ExchangeStatus::malformed, "does not answer in HTTP/1.1");
        case ResponseStatus::too_large:
            break;
    }
    return failed(ExchangeStatus::too_large, "answers more than allowed");
}

}  // namespace waymark::net::http
