// TLS of a service that others connect to, the web app or a receiver: certificate and key come as
// descriptors from the supervisor, at the start and again at a reload (services/identity_files);
// this process opens neither.

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

class ServedTls {
  public:
    // Without files there is no TLS. `least` is the oldest version that is spoken. What a person
    // should know of the files, that they have expired or soon do, goes to `notes`; null where
    // another service says it. Throws UsageError that names the file and the cure.
    ServedTls(const Settings& settings, const IdentityFiles& files, net::TlsVersion least,
              daemon::Log* notes);

    bool is_on() const { return context_.has_value(); }
    // For net/http/server; empty without TLS. May be called from several threads, and ServedTls
    // must outlive it.
    net::http::Server::MakeLayer make_layer();

    // "", or why the old ones stay: what is wrong with the new ones, also that they have expired.
    std::string take(const IdentityFiles& files);

  private:
    void tell_notes();

    IdentityNames names_;
    daemon::Log* notes_;
    std::optional<net::TlsServerContext> context_;
};

}  // namespace waymark::tracker
