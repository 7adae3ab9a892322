#include "store/postgresql_partitions.hh"

#include <fmt/core.h>

#include <chrono>

namespace waymark::tracker {
namespace {

constexpr int kFirstYear = 2015;
constexpr int kMonths = (2049 - kFirstYear + 1) * 12;

std::int64_t begin_of(int month) {
    using namespace std::chrono;
    const sys_days day{year(kFirstYear + month / 12) / (month % 12 + 1) / 1};
    return duration_cast<milliseconds>(day.time_since_epoch()).count();
}

}  // namespace

int partition_number(UnixMillis time) {
    using namespace std::chrono;
    if (time < begin_of(0)) return -1;
    if (time >= begin_of(kMonths)) return kMonths;
    const year_month_day day(floor<days>(sys_time<milliseconds>(milliseconds(time))));
    return (static_cast<int>(day.year()) - kFirstYear) * 12 +
           static_cast<int>(static_cast<unsigned>(day.month())) - 1;
}

FixPartition fix_partition(int number) {
    if (number < 0)
        return {fmt::format("fix_before_{}", kFirstYear), "MINVALUE",
                fmt::format("{}", begin_of(0))};
    if (number >= kMonths)
        return {fmt::format("fix_after_{}", kFirstYear + kMonths / 12 - 1),
                fmt::format("{}", begin_of(kMonths)), "MAXVALUE"};
    return {fmt::format("fix_{:04}_{:02}", kFirstYear + number / 12, number % 12 + 1),
            fmt::format("{}", begin_of(number)), fmt::format("{}", begin_of(number + 1))};
}

Dialect Partitions::dialect() {
    if (!dialect_) dialect_ = dialect_of(connection_);
    return *dialect_;
}

void Partitions::make(const FixPartition& partition) {
    const std::string words =
        dialect() == Dialect::yugabytedb
            ? "CREATE TABLE IF NOT EXISTS {0} PARTITION OF fix FOR VALUES FROM ({1}) TO ({2})"
            : "CREATE TABLE {0} (LIKE fix INCLUDING ALL); ALTER TABLE fix ATTACH PARTITION {0} FOR "
              "VALUES FROM ({1}) TO ({2})";
    Transaction part(connection_);
    connection_.execute(
        fmt::format(fmt::runtime(words), partition.name, partition.from, partition.to).c_str());
    part.commit();
}

void Partitions::require(UnixMillis time) {
    if (connection_.is_sqlite()) return;
    const int number = partition_number(time);
    if (known_.contains(number)) return;
    const FixPartition partition = fix_partition(number);
    if (dialect() != Dialect::cockroachdb && !has_table(connection_, partition.name)) try {
            make(partition);
        } catch (const StoreError&) {
            // Another writer may have made it at this moment.
            if (!has_table(connection_, partition.name)) throw;
        }
    known_.insert(number);
}

}  // namespace waymark::tracker
