#include "store/correction_row.hh"

#include <fmt/core.h>

#include <iterator>
#include <optional>

namespace waymark::tracker {
namespace {

std::int32_t small(const Statement& row, int column) {
    return static_cast<std::int32_t>(row.integer(column));
}

}  // namespace

Correction read_correction(const Statement& row) {
    Correction read;
    read.number = row.integer(0);
    read.kind = static_cast<CorrectionKind>(row.integer(1));
    read.stage = static_cast<CorrectionStage>(row.integer(2));
    read.made_ms = row.integer(3);
    read.made_by = row.text(4);
    read.choice.device = static_cast<DeviceNumber>(row.integer(5));
    read.choice.from = row.integer(6);
    read.choice.to = row.integer(7);
    read.choice.box = {small(row, 8), small(row, 9), small(row, 10), small(row, 11)};
    read.read_as = static_cast<SpeedUnit>(row.integer(12));
    read.sent_as = static_cast<SpeedUnit>(row.integer(13));
    read.until_sequence = row.integer(14);
    read.points = row.integer(15);
    read.at = {row.integer(16), small(row, 17), small(row, 18)};
    return read;
}

std::int64_t insert_correction_row(Connection& connection, const Correction& made) {
    Statement insert(connection,
                     fmt::format("INSERT INTO correction ({}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, "
                                 "?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
                                 kCorrectionColumns));
    const Box& box = made.choice.box;
    const std::optional<std::int64_t> numbers[] = {
        connection.new_number(),
        static_cast<std::int64_t>(made.kind),
        static_cast<std::int64_t>(made.stage),
        made.made_ms,
        std::nullopt,  // made_by
        made.choice.device,
        made.choice.from,
        made.choice.to,
        box.south_e7,
        box.west_e7,
        box.north_e7,
        box.east_e7,
        static_cast<std::int64_t>(made.read_as),
        static_cast<std::int64_t>(made.sent_as),
        made.until_sequence,
        made.points,
        made.choice.from,
        kBeforeAllPlaces,
        kBeforeAllPlaces,
    };
    for (int i = 0; i < static_cast<int>(std::size(numbers)); ++i)
        insert.bind_if(i + 1, numbers[i]);
    insert.bind_text(5, made.made_by);
    insert.run();
    return connection.last_row();
}

}  // namespace waymark::tracker
