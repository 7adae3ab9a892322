#include "services/import_changes.hh"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <optional>
#include <variant>

#include "daemon/error.hh"
#include "protocols/reported_point.hh"
#include "services/change_arguments.hh"
#include "services/messages.hh"
#include "store/audit_log.hh"
#include "store/device_edits.hh"
#include "store/fix_row.hh"
#include "store/postgresql_partitions.hh"
#include "store/sequence.hh"
#include "web_app/base64.hh"

namespace waymark::tracker {

namespace {

// Without extras they are some 55 bytes each, and base64 makes four of three.
constexpr std::size_t kFixesOfAPart = 600;

std::optional<std::string> from_base64(std::string_view text) {
    std::string bytes(text.size(), '\0');
    std::size_t size = 0;
    if (::sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(),
                            text.data(), text.size(), nullptr, &size, nullptr,
                            sodium_base64_VARIANT_ORIGINAL) != 0)
        return std::nullopt;
    bytes.resize(size);
    return bytes;
}

// What the rules for reported points would let through (protocols/reported_point).
bool is_plausible(const Fix& fix, UnixMillis now) {
    return std::abs(fix.latitude_e7) <= 900'000'000 &&
           std::abs(std::int64_t{fix.longitude_e7}) <= 1'800'000'000 &&
           fix.time_ms >= kOldestTime && fix.time_ms <= now + kFarthestFuture && fix.extras.empty();
}

std::vector<Fix> fixes_in(std::string_view base64, UnixMillis now) {
    const std::optional<std::string> bytes = from_base64(base64);
    Batch batch;
    if (!bytes || kind_of(*bytes) != MessageKind::batch || !read(*bytes, batch))
        throw daemon::UsageError("'batch' cannot be read");
    std::vector<Fix> fixes;
    for (Item& item : batch.items) {
        Fix* const fix = std::get_if<Fix>(&item);
        if (fix == nullptr || !is_plausible(*fix, now))
            throw daemon::UsageError("'batch' has what cannot be a position");
        fixes.push_back(std::move(*fix));
    }
    return fixes;
}

// How many were new.
std::int64_t store_imported(Connection& connection, DeviceNumber device, std::vector<Fix>& fixes) {
    const std::int64_t sequence = next_sequence(connection);
    Statement insert(connection, insert_fix(connection));
    Partitions partitions(connection);
    std::int64_t stored = 0;
    for (Fix& fix : fixes) {
        fix.device = device;
        fix.source = Source::imported;
        partitions.require(fix.time_ms);
        bind_fix_row(insert, fix, sequence);
        insert.run();
        stored += connection.changed_rows() > 0 ? 1 : 0;
    }
    if (stored > 0) write_sequence(connection, sequence);
    return stored;
}

ChangeResult import_fixes(Connection& connection, const ChangeRequest& request, UnixMillis now) {
    ChangeArguments arguments(request.arguments);
    const DeviceNumber device = arguments.device();
    std::vector<Fix> fixes;
    if (arguments.has("batch")) fixes = fixes_in(arguments.text("batch"), now);
    const bool is_last = arguments.flag("last");
    const std::int64_t stored_in_all =
        is_last ? arguments.number("stored_in_all", 0, ChangeArguments::kLastRow) : 0;
    arguments.end();
    const std::string name = DeviceEdits(connection).name_of(device);
    const std::int64_t stored = store_imported(connection, device, fixes);
    ChangeResult result;
    result.body = fmt::format(R"({{"stored":{},"already":{}}})", stored,
                              static_cast<std::int64_t>(fixes.size()) - stored);
    if (!is_last) return result;
    // Not with each part: whoever looks would read everything anew, again and again.
    result.fixes = result.devices = true;
    AuditEntry entry;
    entry.time_ms = now;
    entry.who = request.by_name;
    entry.address = request.from;
    entry.action = "positions imported";
    entry.about = fmt::format("{}: {}", name, stored_in_all + stored);
    AuditLog(connection).note(entry);
    return result;
}

constexpr NamedChange kImportChanges[] = {{"fixes.import", import_fixes}};

}  // namespace

std::string pack_import(const std::vector<Fix>& fixes, std::size_t& begin) {
    std::string bytes;
    BatchWriter::begin(bytes, 0);
    BatchWriter writer(bytes);
    const std::size_t end = std::min(fixes.size(), begin + kFixesOfAPart);
    while (begin < end && writer.add(fixes[begin])) ++begin;
    return to_base64(bytes);
}

std::span<const NamedChange> import_changes() {
    return kImportChanges;
}

}  // namespace waymark::tracker
