// A URL of PostgreSQL (postgresql.org/docs/current/libpq-connect.html, "Connection URIs"), taken
// apart by libpq itself: what else reads one in its own way sees a password, a port or a second
// host where libpq sees none, or misses it. No server is needed for any of it.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "store/libpq.hh"

namespace waymark::tracker {

// What libpq opens and calls for a URL, beside the system's own files.
struct StoreReach {
    std::vector<std::uint16_t> ports;
    std::vector<std::string> files;  // passwords, certificates and keys; by their whole paths
};

class PostgresqlUrl {
  public:
    explicit PostgresqlUrl(const std::string& url);

    // Whether libpq takes it. All else is nothing if it does not.
    bool is_readable() const { return options_ != nullptr; }
    // What the URL says under one of libpq's keywords, or ""; nothing of the environment.
    std::string_view value(std::string_view keyword) const;

    // User, host, port and database, and neither password nor options: "postgresql://ada@db/way".
    // "postgresql://..." of one that cannot be read.
    std::string without_password() const;
    // Of the user or of a key.
    bool has_password() const;
    // With what the environment adds (PGHOST, PGPORT, PGPASSFILE and their kin).
    bool has_several_hosts() const;
    StoreReach reach() const;

  private:
    struct Free {
        void operator()(PQconninfoOption* options) const noexcept {
            libpq::PQconninfoFree(options);
        }
    };
    using Options = std::unique_ptr<PQconninfoOption, Free>;

    static std::string_view value_of(const Options& options, std::string_view keyword);
    std::string value_or_default(std::string_view keyword, const Options& defaults) const;

    Options options_;
};

// For messages: PostgresqlUrl::without_password().
std::string url_without_password(const std::string& url);

}  // namespace waymark::tracker
