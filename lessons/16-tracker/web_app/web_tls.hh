// The web app's side of TLS: certificate and key come as descriptors from the supervisor, at the
// start and again at a reload (services/identity_files); this process opens neither.

#pragma once

#include <memory>
#include <optional>
#include <string>

#include "daemon/log.hh"
#include "net/http/server.hh"
#include "net/tls_context.hh"
#include "services/identity_files.hh"
#include "settings.hh"

namespace waymark::tracker {

class WebTls {
  public:
    // Without files there is no TLS. Throws UsageError that names the file and the cure; what else
    // a person should know goes into the log.
    WebTls(const Settings& settings, const IdentityFiles& files, daemon::Log& log);

    bool is_on() const { return context_.has_value(); }
    // For ConfiguredServer::open(); empty without TLS.
    net::http::Server::MakeLayer make_layer();

    // "", or why the old ones stay: what is wrong with the new ones, also that they have expired.
    std::string take(const IdentityFiles& files);

  private:
    void tell_notes();

    IdentityNames names_;
    daemon::Log& log_;
    std::optional<net::TlsServerContext> context_;
};

}  // namespace waymark::tracker
