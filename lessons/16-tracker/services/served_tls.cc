#include "services/served_tls.hh"

#include <exception>

#include "net/stream_layer.hh"

namespace waymark::tracker {

namespace {

// Which name the client has asked for is not known yet, so it cannot be sent there.
constexpr std::string_view kAnswerInClear =
    "HTTP/1.1 400 Bad Request\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n"
    "Content-Length: 66\r\n"
    "Connection: close\r\n\r\n"
    "This address speaks HTTPS: begin it with https:// and not http://.";

}  // namespace

ServedTls::ServedTls(const Settings& settings, const IdentityFiles& files, net::TlsVersion least,
                     daemon::Log* notes)
    : names_{settings.web_certificate, settings.web_key}, notes_(notes) {
    if (!files) return;
    context_.emplace(net::TlsServerOptions{.identity = read_identity(files, names_),
                                           .protocols = {"http/1.1"},
                                           .least = least,
                                           .answer_to_http = std::string(kAnswerInClear)});
    tell_notes();
}

net::http::Server::MakeLayer ServedTls::make_layer() {
    if (!context_) return {};
    return [this] { return context_->accept(); };
}

std::string ServedTls::take(const IdentityFiles& files) {
    if (!context_) return "this service was started without TLS";
    try {
        context_->reload(read_identity(files, names_));
    } catch (const std::exception& error) {
        return error.what();
    }
    tell_notes();
    return {};
}

void ServedTls::tell_notes() {
    if (notes_ == nullptr) return;
    for (const std::string& note : context_->notes()) notes_->warning("{}", note);
}

}  // namespace waymark::tracker
