#include "tls.hh"

#include <exception>
#include <string>

namespace waymark::httpd {

using daemon::Severity;

namespace {

net::TlsServerOptions tls_options(const Options& options) {
    net::TlsServerOptions tls{.identity = {options.tls_certificate, options.tls_key}};
    tls.client_authorities = options.tls_client_ca;
    tls.protocols = {"http/1.1"};
    return tls;
}

}  // namespace

Tls::Tls(const Options& options, Logs& logs) : logs_(logs), context_(tls_options(options)) {
    for (const std::string& note : context_.notes()) logs_.say(Severity::warning, note);
}

std::unique_ptr<net::StreamLayer> Tls::session() {
    if (reloads_.has_changed()) read_again();
    return context_.accept();
}

// The others hear of files that are good, and of no others.
void Tls::reload() noexcept {
    if (!read_again()) return;
    reloads_.count();
    reloads_.has_changed();
}

bool Tls::read_again() noexcept {
    try {
        context_.reload();
        for (const std::string& note : context_.notes()) logs_.say(Severity::warning, note);
        return true;
    } catch (const std::exception& error) {
        logs_.say(Severity::error, std::string(error.what()) + "; going on with the old files");
        return false;
    }
}

}  // namespace waymark::httpd
