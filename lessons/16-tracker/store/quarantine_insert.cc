#include "store/quarantine_insert.hh"

#include <sodium.h>

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/postgresql_words.hh"
#include "store/quarantine.hh"

namespace waymark::tracker {
namespace {

constexpr const char* kInsertOne =
    "INSERT INTO quarantine (number, device, received_ms, position, reason, source, digest, raw) "
    "SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 WHERE EXISTS (SELECT 1 FROM device WHERE number = ?2) "
    "ON CONFLICT DO NOTHING";

// The arrays are the columns; bytes come as hexadecimal digits. In the order of the key, so that
// two trackers to whom the same phone sends wait for each other in one order, and not crosswise.
constexpr const char* kInsertMany =
    "INSERT INTO quarantine (number, device, received_ms, position, reason, source, digest, raw) "
    "SELECT n.number, n.device, ?8, n.position, n.reason, n.source, decode(n.digest, 'hex'), "
    "decode(n.raw, 'hex') FROM unnest(CAST(?1 AS bigint[]), CAST(?2 AS bigint[]), CAST(?3 AS "
    "bigint[]), CAST(?4 AS text[]), CAST(?5 AS bigint[]), CAST(?6 AS text[]), CAST(?7 AS text[])) "
    "AS n (number, device, position, reason, source, digest, raw) JOIN device d ON d.number = "
    "n.device ORDER BY n.device, n.digest ON CONFLICT DO NOTHING RETURNING device, digest";

// Of those that were not inserted: the ones whose device is there, and whether the point is.
constexpr const char* kFindMany =
    "SELECT n.place, CASE WHEN q.number IS NULL THEN 0 ELSE 1 END FROM unnest(CAST(?1 AS "
    "bigint[]), CAST(?2 AS bigint[]), CAST(?3 AS text[])) AS n (place, device, digest) JOIN device "
    "d ON d.number = n.device LEFT JOIN quarantine q ON q.device = n.device AND q.digest = "
    "decode(n.digest, 'hex')";

// By what a point is known again: its device, and its digest.
using Key = std::pair<std::int64_t, std::string>;

// False if it is there already, or its device is not, or the number is another tracker's.
bool insert_one(Connection& connection, const Quarantined& point, std::string_view digest,
                UnixMillis now) {
    Statement insert(connection, kInsertOne);
    insert.bind_if(1, connection.new_number());
    insert.bind(2, point.device);
    insert.bind(3, now);
    insert.bind(4, point.index);
    insert.bind_text(5, point.reason);
    insert.bind(6, static_cast<std::int64_t>(point.source));
    insert.bind_bytes(7, digest);
    insert.bind_bytes(8, point.raw);
    insert.run();
    return connection.changed_rows() > 0;
}

// Two trackers that write at the same moment may have chosen one number (PostgreSQL).
Added add_one(Connection& connection, const Quarantined& point, std::string_view digest,
              UnixMillis now) {
    constexpr int kMostTries = 5;
    for (int tries = 0; tries < kMostTries; ++tries) {
        if (insert_one(connection, point, digest, now)) return Added::stored;
        if (Quarantine(connection).has(point.device, digest)) return Added::duplicate;
        Statement device(connection, "SELECT 1 FROM device WHERE number = ?1");
        device.bind(1, point.device);
        if (!device.step()) return Added::no_device;
    }
    throw StoreError(StoreError::Kind::busy,
                     "store in quarantine: others have taken each number that was tried");
}

std::string to_digits(std::string_view bytes) {
    std::string digits(2 * bytes.size() + 1, '\0');
    ::sodium_bin2hex(digits.data(), digits.size(),
                     reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
    digits.pop_back();
    return digits;
}

// The keys of those that were new.
std::set<Key> insert_all(Connection& connection, std::span<const Quarantined> points,
                         const std::vector<std::string>& digests, UnixMillis now) {
    ArrayWords numbers, devices, positions, reasons, sources, keys, raws;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const Quarantined& point = points[i];
        numbers.add(connection.new_number());
        devices.add(std::int64_t{point.device});
        positions.add(std::int64_t{point.index});
        reasons.add_text(as_stored_text(point.reason));
        sources.add(static_cast<std::int64_t>(point.source));
        keys.add_text(to_digits(digests[i]));
        raws.add_text(to_digits(point.raw));
    }
    Statement insert(connection, kInsertMany);
    int index = 0;
    for (ArrayWords* const column :
         {&numbers, &devices, &positions, &reasons, &sources, &keys, &raws})
        insert.bind_text(++index, column->text());
    insert.bind(++index, now);
    std::set<Key> stored;
    while (insert.step()) stored.emplace(insert.integer(0), insert.text(1));
    return stored;
}

// What is true of those that were not inserted, by their places in `points`.
void look_at(Connection& connection, std::span<const Quarantined> points,
             const std::vector<std::string>& digests, const std::vector<std::size_t>& places,
             UnixMillis now, Added* added) {
    if (places.empty()) return;
    ArrayWords numbers, devices, keys;
    for (const std::size_t place : places) {
        added[place] = Added::no_device;
        numbers.add(static_cast<std::int64_t>(place));
        devices.add(std::int64_t{points[place].device});
        keys.add_text(to_digits(digests[place]));
    }
    std::vector<std::size_t> without_number;
    Statement find(connection, kFindMany);
    find.bind_text(1, numbers.text());
    find.bind_text(2, devices.text());
    find.bind_text(3, keys.text());
    while (find.step()) {
        const auto place = static_cast<std::size_t>(find.integer(0));
        added[place] = Added::duplicate;
        if (find.integer(1) == 0) without_number.push_back(place);
    }
    find.reset();
    for (const std::size_t place : without_number)
        added[place] = add_one(connection, points[place], digests[place], now);
}

}  // namespace

void insert_quarantined(Connection& connection, std::span<const Quarantined> points, UnixMillis now,
                        Added* added) {
    std::vector<std::string> digests;
    digests.reserve(points.size());
    for (const Quarantined& point : points) digests.push_back(quarantine_digest(point));
    if (connection.is_sqlite()) {
        for (std::size_t i = 0; i < points.size(); ++i)
            added[i] = add_one(connection, points[i], digests[i], now);
        return;
    }
    std::set<Key> stored = insert_all(connection, points, digests, now);
    std::vector<std::size_t> others;
    for (std::size_t i = 0; i < points.size(); ++i) {
        added[i] = Added::stored;
        // One that is twice in the message was stored by its first.
        if (stored.erase({points[i].device, digests[i]}) == 0) others.push_back(i);
    }
    look_at(connection, points, digests, others, now, added);
}

}  // namespace waymark::tracker
