// What a Store does on one connection, for one engine: made anew after a failure. For store.cc.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "fix.hh"
#include "store/store.hh"

namespace waymark::tracker {

// When a device spoke, to be written.
struct SeenDevice {
    DeviceNumber device = 0;
    UnixMillis last_ms = 0;
    std::optional<std::int64_t> battery_per_mille;
};

class Store::Backend {
  public:
    explicit Backend(Connection opened) : connection(std::move(opened)) {}
    Backend(const Backend&) = delete;
    Backend& operator=(const Backend&) = delete;
    virtual ~Backend() = default;

    // Another number after each change by another process: of anything in SQLite, of what people
    // change (devices, most likely) in PostgreSQL.
    virtual std::int64_t version() = 0;
    // Begins a transaction. True if another process may have changed what the store counts.
    virtual bool begin() = 0;
    // Stores fixes under next_sequence(), and says of each in `added` what became of it.
    // `hides_any` is false where no fix is hidden or deleted.
    virtual void add(std::span<const Fix> fixes, Added* added, bool hides_any) = 0;
    virtual void write_seen(std::span<const SeenDevice> devices) = 0;
    virtual void commit(bool has_stored) = 0;
    // The transaction of a change has changed something that others may want to know.
    virtual void announce() {}
    // Of the last commit that stored a fix.
    virtual std::int64_t sequence() = 0;
    // Of this transaction.
    virtual std::int64_t next_sequence() const = 0;

    // After a failure, before the end of the connection.
    virtual void give_up() noexcept {}
    virtual bool checkpoint_if_due() { return false; }
    virtual void release_memory() {}
    virtual std::int64_t log_bytes() const { return 0; }
    virtual std::int64_t database_bytes() = 0;
    virtual void end() {}

    Connection connection;
};

// Throw UsageError and StoreError as open_for_writing().
std::unique_ptr<Store::Backend> open_sqlite_store(const std::string& path);
// `former` is what the store was before it lost the connection; none at its start.
std::unique_ptr<Store::Backend> open_postgresql_store(const std::string& url,
                                                      const std::string& writer_name,
                                                      const Writer& former);

}  // namespace waymark::tracker
