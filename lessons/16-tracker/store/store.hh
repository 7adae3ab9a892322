// The writer of positions. There is one in a running server, in the process that opened it: a
// connection must not cross fork(2) (store/connection.hh). On PostgreSQL several servers share a
// database, and each has one (store/writer.hh).
//
// A transaction takes all that waited; what commit() calls durable is on disk. Repeated fixes are
// recognised by device, time and place and stored once. When the disk is full, a write or a sync
// fails, another process holds the lock or the database's server is away, everything since begin()
// is rolled back, commit() says why, and the store can be used again: the callers still have their
// fixes and try later. So it is where the server was lost during a commit: what was done then is
// there, and comes again as a duplicate.
//
// Checkpoints, in SQLite. A commit appends to a log (WAL) and syncs that. The log must be copied
// into the database now and then: SQLite would do it within every commit that finds 1000 pages,
// while phones wait for their answers. Here commit() never does; checkpoint_if_due() does, to be
// called after the answers are out. The copy does not wait for readers, so a slow one lets the log
// grow; from four times the usual size on we wait for readers for a moment.
//
// Quarantine. What is handed to add() is kept, however much is there: the phone may have been told
// that it is. The bound is for those who hand it on: when quarantine_has_room() says no, receivers
// answer a point that is not there yet with 503 before it comes here (services/reception). So what
// it takes is the bound and what was on its way. The size is summed when the file is opened, and
// after another process has written; in between it is counted. Trackers that share a PostgreSQL
// count what the others keep only when people change something: each may fill the bound.

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "daemon/deadline.hh"
#include "fix.hh"
#include "memory_directory.hh"
#include "store/connection.hh"
#include "store/quarantine.hh"

namespace waymark::tracker {

enum class Added {
    stored,
    duplicate,  // it is there already, and durable once this transaction is
    no_device,  // the device has been removed; nothing is stored, and nobody need try again
    failed,     // the transaction has failed; commit() says why
};

struct CommitResult {
    bool durable = false;
    std::int64_t sequence = 0;  // of the newest commit that stored a fix
    std::string reason;         // if not durable: what SQLite says
};

class Store {
  public:
    // Opens the database, or makes it. Throws UsageError and StoreError as open_for_writing().
    // `writer` is the name of this server's row in PostgreSQL (writer_name()); "" is that of
    // commands. So often changed_elsewhere() counts what other trackers keep in quarantine.
    explicit Store(const std::string& location, std::int64_t quarantine_room = kQuarantineRoom,
                   std::string writer = {},
                   std::chrono::seconds between_counts = std::chrono::seconds(30));
    ~Store();

    // Begins a transaction. Does not throw for what may pass: then all of it fails until commit().
    void begin();
    Added add(const Fix& fix);
    // The same of many at once, and what became of each: in PostgreSQL one statement.
    void add(std::span<const Fix> fixes, std::vector<Added>& added);
    // Kept once however often it is repeated.
    Added add(const Quarantined& point, UnixMillis now);
    // The same of many at once, those of a message: in PostgreSQL one statement.
    void add(std::span<const Quarantined> points, UnixMillis now, std::vector<Added>& added);
    // The device spoke at `now`. Battery and time are written at most once a second and device. A
    // time that was written is moved back where the clock was, by more than kClockError.
    void seen(const Heartbeat& heartbeat, UnixMillis now);
    // Runs `part` within the transaction, if it has not failed. What it throws is thrown on, and
    // what it changed is undone; what was added stays.
    void also(const std::function<void(Connection&)>& part);
    // The same, but a StoreError fails the whole transaction.
    void also_or_fail(const std::function<void(Connection&)>& part);
    // Ends the transaction. After a failure the connection is opened anew by the next begin().
    CommitResult commit();
    void rollback();

    // For points that cannot be fixes: some 200,000 of them. All devices share it, and all trackers
    // of one database, each of which looks every half minute (changed_elsewhere()) at what the
    // others have kept.
    static constexpr std::int64_t kQuarantineRoom = std::int64_t{64} * 1024 * 1024;
    bool quarantine_has_room() const { return quarantine_bytes_ < quarantine_room_; }
    std::int64_t quarantine_bytes() const { return quarantine_bytes_; }
    // Whether the point is on disk already.
    bool has_quarantined(DeviceNumber device, std::string_view digest);

    // Runs `look`, which must not write; between transactions only. What it throws is thrown on.
    void look(const std::function<void(Connection&)>& look);

    // Runs `change` in a transaction of its own; between transactions only. What it throws is
    // thrown on, and nothing is changed.
    void change(const std::function<void(Connection&)>& change);

    // Copies the log into the database if it is long. True if it did. In PostgreSQL there is none
    // of ours.
    bool checkpoint_if_due();
    // How many transactions have begun, whoever asked for them: it grows with the work.
    std::uint64_t transactions() const { return transactions_; }
    // Gives back the pages that SQLite keeps in order to be quick; the next work reads them anew.
    // Between transactions only.
    void release_memory();
    // Of the log, in bytes, after the last commit.
    std::int64_t log_bytes() const;

    // Of the database without its log. PostgreSQL and Citus (of its coordinator) are not asked
    // within a transaction, nor within half a minute of the last time: then, and while the server
    // is away, it is what was said last, 0 at first. 0 in their kin, which is not asked.
    std::int64_t database_bytes();

    // The orderly end: everything is in the file itself, and the log is empty. "", or why not:
    // somebody has kept reading for kWaitForLastReader.
    std::string end();
    static constexpr std::chrono::milliseconds kWaitForLastReader{3000};

    // Whether another process has changed the database since the last call (the devices, most
    // likely); in PostgreSQL only what people change, not the fixes of other servers. After a
    // failure it opens the database anew, and may wait as long as that takes.
    bool changed_elsewhere();
    // All devices, for the receivers.
    std::vector<DirectoryEntry> directory();
    // Where those are who may be seen by another device: the newest fix of each until `latest`.
    std::vector<LastPlace> last_places(UnixMillis latest);
    std::int64_t sequence() const { return sequence_; }
    // As of the last commit or changed_elsewhere(): whoever looks at figures waits for no server.
    std::int64_t count_accounts() const { return accounts_; }
    bool has_accounts() const { return accounts_ > 0; }

    class Backend;

  private:
    struct Seen {
        UnixMillis written_ms = 0;
        UnixMillis last_ms = 0;
        std::optional<std::int64_t> battery_per_mille;
        bool is_new = false;  // not written
    };

    // Runs `action`; what it meets fails the transaction. False if that has failed.
    template <typename Action>
    bool attempt(const Action& action);
    void count_quarantine();
    void fail_transaction(std::string_view reason);
    void write_seen();
    std::unique_ptr<Backend> open(const Writer& former) const;
    void ensure_open();
    Connection& opened();
    void read_counts();
    void add_to(std::span<const Fix> fixes, Added* added);
    void add_to(std::span<const Quarantined> points, UnixMillis now, Added* added);

    std::string location_;
    std::string writer_name_;
    Writer writer_;  // which it is, from the first opening on
    std::unique_ptr<Backend> backend_;
    std::int64_t sequence_ = 0;
    static constexpr std::int64_t kUnknownVersion = -1;

    std::int64_t data_version_ = kUnknownVersion;
    std::int64_t database_bytes_ = 0;
    std::int64_t accounts_ = 0;
    std::uint64_t transactions_ = 0;
    bool in_transaction_ = false;
    std::int64_t stored_ = 0;  // fixes, in this transaction
    std::string failure_;      // of this transaction
    std::unordered_map<DeviceNumber, Seen> seen_;
    std::vector<DeviceNumber> newly_seen_;
    std::int64_t quarantine_room_;
    std::int64_t quarantine_bytes_ = 0;
    const std::chrono::seconds between_counts_;
    daemon::Deadline count_is_due_ = daemon::Deadline::never();  // of the quarantine
    std::int64_t newly_quarantined_bytes_ = 0;                   // in this transaction
    bool hides_any_ = true;  // or has deleted some (store/corrections.hh)
};

}  // namespace waymark::tracker
