#include "store/store.hh"

#include <algorithm>
#include <utility>

#include "store/accounts.hh"
#include "store/corrections.hh"
#include "store/devices.hh"
#include "store/fix_row.hh"
#include "store/quarantine_insert.hh"
#include "store/store_backend.hh"

namespace waymark::tracker {
namespace {

constexpr UnixMillis kSeenInterval = 1000;
constexpr std::size_t kMaximumSeen = 100'000;

}  // namespace

Store::Store(const std::string& location, std::int64_t quarantine_room, std::string writer,
             std::chrono::seconds between_counts)
    : location_(location),
      writer_name_(std::move(writer)),
      backend_(open({})),
      quarantine_room_(quarantine_room),
      between_counts_(between_counts) {
    writer_ = backend_->connection.writer();
    data_version_ = backend_->version();
    read_counts();
}

Store::~Store() {
    rollback();
}

std::unique_ptr<Store::Backend> Store::open(const Writer& former) const {
    return is_postgresql(location_) ? open_postgresql_store(location_, writer_name_, former)
                                    : open_sqlite_store(location_);
}

void Store::ensure_open() {
    if (backend_) return;
    backend_ = open(writer_);
    data_version_ = kUnknownVersion;  // each connection of SQLite counts for itself
}

Connection& Store::opened() {
    ensure_open();
    return backend_->connection;
}

void Store::begin() {
    ++transactions_;
    failure_.clear();
    stored_ = newly_quarantined_bytes_ = 0;
    try {
        ensure_open();
        const bool is_changed = backend_->begin();
        in_transaction_ = true;
        if (is_changed) read_counts();
    } catch (const std::exception& error) {
        // Also a UsageError: the server runs, and the file under it may come back.
        fail_transaction(error.what());
    }
}

// What a command of `tracker` may have changed: `quarantine replay` stores fixes, `fix` hides some.
void Store::read_counts() {
    sequence_ = backend_->sequence();
    count_quarantine();
    hides_any_ = Corrections(backend_->connection).any();
    accounts_ = Accounts(backend_->connection).count();
}

// What other trackers keep in quarantine changes no version: it may be hundreds a second.
void Store::count_quarantine() {
    quarantine_bytes_ = Quarantine(backend_->connection).bytes();
    count_is_due_ = daemon::Deadline::after(between_counts_);
}

template <typename Action>
bool Store::attempt(const Action& action) {
    if (!in_transaction_) return false;
    try {
        action();
        return true;
    } catch (const StoreError& error) {
        fail_transaction(error.what());
        return false;
    }
}

void Store::add_to(std::span<const Fix> fixes, Added* added) {
    if (attempt([&] { backend_->add(fixes, added, hides_any_); }))
        stored_ += std::count(added, added + fixes.size(), Added::stored);
    else
        std::fill(added, added + fixes.size(), Added::failed);
}

Added Store::add(const Fix& fix) {
    Added added = Added::failed;
    add_to({&fix, 1}, &added);
    return added;
}

void Store::add(std::span<const Fix> fixes, std::vector<Added>& added) {
    added.resize(fixes.size());
    add_to(fixes, added.data());
}

void Store::add_to(std::span<const Quarantined> points, UnixMillis now, Added* added) {
    std::fill(added, added + points.size(), Added::failed);
    if (!attempt([&] { insert_quarantined(backend_->connection, points, now, added); })) return;
    for (std::size_t i = 0; i < points.size(); ++i)
        if (added[i] == Added::stored)
            newly_quarantined_bytes_ +=
                static_cast<std::int64_t>(points[i].raw.size()) + kQuarantineRowCost;
}

Added Store::add(const Quarantined& point, UnixMillis now) {
    Added added = Added::failed;
    add_to({&point, 1}, now, &added);
    return added;
}

void Store::add(std::span<const Quarantined> points, UnixMillis now, std::vector<Added>& added) {
    added.resize(points.size());
    add_to(points, now, added.data());
}

void Store::seen(const Heartbeat& heartbeat, UnixMillis now) {
    if (seen_.size() >= kMaximumSeen) seen_.clear();  // costs a few writes, forgets nothing stored
    Seen& seen = seen_[heartbeat.device];
    // What a clock said that was set back since is not waited for.
    if (seen.last_ms > now + kClockError) seen.last_ms = seen.written_ms = 0;
    seen.last_ms = std::max(seen.last_ms, now);
    if (heartbeat.battery_percent) seen.battery_per_mille = to_per_mille(heartbeat.battery_percent);
    if (seen.is_new || seen.last_ms < seen.written_ms + kSeenInterval) return;
    seen.is_new = true;
    newly_seen_.push_back(heartbeat.device);
}

void Store::write_seen() {
    std::vector<SeenDevice> devices;
    for (const DeviceNumber device : newly_seen_) {
        Seen& seen = seen_[device];
        devices.push_back({device, seen.last_ms, seen.battery_per_mille});
        seen.written_ms = seen.last_ms;
        seen.is_new = false;
    }
    newly_seen_.clear();
    backend_->write_seen(devices);
}

void Store::also(const std::function<void(Connection&)>& part) {
    if (!in_transaction_) return;
    Transaction within(backend_->connection);
    part(backend_->connection);
    within.commit();
}

void Store::also_or_fail(const std::function<void(Connection&)>& part) {
    attempt([&] { part(backend_->connection); });
}

CommitResult Store::commit() {
    if (!in_transaction_) return {false, sequence_, failure_};
    const bool has_stored = stored_ > 0;
    try {
        write_seen();
        const std::int64_t sequence = backend_->next_sequence();
        backend_->commit(has_stored);
        if (has_stored) sequence_ = sequence;
    } catch (const StoreError& error) {
        fail_transaction(error.what());
        return {false, sequence_, failure_};
    }
    in_transaction_ = false;
    quarantine_bytes_ += newly_quarantined_bytes_;
    return {true, sequence_, {}};
}

void Store::rollback() {
    if (in_transaction_) fail_transaction("rolled back");
}

void Store::fail_transaction(std::string_view reason) {
    failure_ = reason;
    in_transaction_ = false;
    newly_seen_.clear();
    seen_.clear();
    // Closed, not only rolled back: what a connection believes of a file after a failed write or
    // sync is not worth trusting. Opening copies the log into the file (open_database.hh).
    if (!backend_) return;
    backend_->give_up();
    backend_.reset();
}

bool Store::checkpoint_if_due() {
    return backend_ && backend_->checkpoint_if_due();
}

void Store::release_memory() {
    if (backend_) backend_->release_memory();
}

std::int64_t Store::log_bytes() const {
    return backend_ ? backend_->log_bytes() : 0;
}

std::int64_t Store::database_bytes() {
    try {
        if (backend_) database_bytes_ = backend_->database_bytes();
    } catch (const StoreError&) {
        // The server is away: what it was.
    }
    return database_bytes_;
}

bool Store::changed_elsewhere() {
    try {
        // Also after a failure: nobody may come who would open it.
        ensure_open();
        const std::int64_t version = backend_->version();
        if (version == data_version_) {
            if (!backend_->connection.is_sqlite() && count_is_due_.expired()) count_quarantine();
            return false;
        }
        read_counts();
        data_version_ = version;
        return true;
    } catch (const std::exception&) {
        return false;  // the server is away: the next commit says it
    }
}

std::string Store::end() {
    rollback();
    try {
        ensure_open();
        backend_->end();
        return {};
    } catch (const std::exception& error) {
        return error.what();
    }
}

bool Store::has_quarantined(DeviceNumber device, std::string_view digest) {
    return Quarantine(opened()).has(device, digest);
}

void Store::look(const std::function<void(Connection&)>& look) {
    look(opened());
}

void Store::change(const std::function<void(Connection&)>& change) {
    ++transactions_;
    Transaction transaction(opened());
    change(backend_->connection);
    backend_->announce();
    transaction.commit();
    read_counts();
}

std::vector<DirectoryEntry> Store::directory() {
    return read_directory(opened());
}

std::vector<LastPlace> Store::last_places(UnixMillis latest) {
    return read_last_places(opened(), latest);
}

}  // namespace waymark::tracker
