// TLS of httpd: certificate and key, and the authority of the clients if they must prove who they
// are (net/tls_context). SIGHUP has the files read again. All processes hear of it as they hear of
// renamed logs (logs.hh): by a number that they share, at which each looks before its next session.

#pragma once

#include <memory>

#include "logs.hh"
#include "net/stream.hh"
#include "net/tls_context.hh"
#include "options.hh"
#include "shared_count.hh"

namespace waymark::httpd {

class Tls {
  public:
    // Throws UsageError for files that are not good. `logs` must outlive it.
    Tls(const Options& options, Logs& logs);

    // For the next connection. From any thread of any process that was forked from this one.
    std::unique_ptr<net::StreamLayer> session();

    // Reads the files again. If anything is wrong with them it is logged, and the old ones stay in
    // use. Else the other processes read them as well, each before its next connection: so leave
    // the files in place.
    void reload() noexcept;

  private:
    bool read_again() noexcept;

    Logs& logs_;
    net::TlsServerContext context_;
    SharedCount reloads_;
};

}  // namespace waymark::httpd
