// The command line of httpd, and its configuration file: the same names in both.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/severity.hh"
#include "net/access_list.hh"
#include "net/address.hh"
#include "net/http/server.hh"

namespace waymark::httpd {

enum class Design : std::uint8_t {
    event,            // event loops in threads, each with many clients
    dynamic_threads,  // a thread for each client
    static_threads,   // a fixed crew of threads, each with one client at a time
    prefork,          // processes with such crews
};

struct Options {
    std::string root = ".";
    std::vector<net::Address> listen = {net::Address::parse("127.0.0.1:8080")};
    Design design = Design::event;
    unsigned workers = 0;  // processes, of prefork
    unsigned threads = 1;  // of each process
    net::http::ServerLimits limits{
        .gate = {.soft = 1000, .hard = 1024, .per_network = 256, .early_drop = {}}};
    std::chrono::milliseconds stop_timeout{10'000};
    net::AccessList access{net::Access::allow};

    std::string tls_certificate;  // PEM files; empty: no TLS
    std::string tls_key;
    std::string tls_client_ca;  // whose clients are served; empty: everybody

    std::string user;  // to become after the sockets are bound; empty: stay who we are
    std::string group;

    bool listing = false;
    bool precompressed = false;
    std::size_t gzip_bytes = 16 * 1024 * 1024;  // kept compressed; 0: nothing is compressed
    std::string error_pages;                    // their directory; empty: none

    std::string cgi_bin;  // the directory of programs; empty: none
    std::size_t cgi_programs = 32;
    std::size_t cgi_body = 10 * 1024 * 1024;
    std::chrono::milliseconds cgi_timeout{30'000};
    std::chrono::milliseconds cgi_whole_timeout{300'000};

    std::string access_log;  // the file; empty: none
    std::string error_log;   // the file; empty: standard error
    daemon::Severity log_level = daemon::Severity::notice;
};

// Nothing if only help was asked for, and given. Throws UsageError for what is wrong.
std::optional<Options> parse_options(int argument_count, char** arguments);

}  // namespace waymark::httpd
