#include "store/corrections.hh"

#include <fmt/core.h>

#include <algorithm>

#include "daemon/error.hh"
#include "store/change_lock.hh"
#include "store/correction_row.hh"
#include "store/correction_steps.hh"
#include "store/sequence.hh"

namespace waymark::tracker {
namespace {

void require_device(Connection& connection, DeviceNumber device) {
    Statement row(connection, "SELECT 1 FROM device WHERE number = ?1");
    row.bind(1, device);
    if (!row.step()) throw daemon::UsageError("there is no such device");
}

// Two at once could move a fix out of the sight of one that is on its way.
void refuse_beside_another(Connection& connection, DeviceNumber device) {
    Statement row(connection, "SELECT number FROM correction WHERE device = ?1 AND doing <> 0");
    row.bind(1, device);
    if (row.step())
        throw daemon::UsageError(
            "another correction of this device has not ended: let it go on first, on the page "
            "Corrections");
}

void refuse_too_many(Connection& connection, DeviceNumber device) {
    Statement row(connection, "SELECT count(*) FROM correction WHERE device = ?1");
    row.bind(1, device);
    if (row.step() && row.integer(0) >= Corrections::kMostOfADevice)
        throw daemon::UsageError(
            fmt::format("the device has {} corrections: delete some of what is hidden, or show it "
                        "again, on the page Corrections",
                        Corrections::kMostOfADevice));
}

std::int64_t insert_correction(Connection& connection, const Correction& made) {
    one_change_at_a_time(connection);
    require_device(connection, made.choice.device);
    refuse_beside_another(connection, made.choice.device);
    refuse_too_many(connection, made.choice.device);
    return insert_correction_row(connection, made);
}

// Enters a stage, from the beginning of its table.
void enter(Connection& connection, Correction& correction, CorrectionStage stage) {
    correction.stage = stage;
    correction.at = {correction.choice.from, kBeforeAllPlaces, kBeforeAllPlaces};
    write_progress(connection, correction);
}

// What follows a stage. Nothing: the correction is gone.
std::optional<CorrectionStage> after(const Correction& correction) {
    const bool is_of_speeds = correction.kind == CorrectionKind::speeds;
    switch (correction.stage) {
        case CorrectionStage::fixes:
            if (is_of_speeds) return CorrectionStage::hidden;
            if (correction.kind == CorrectionKind::deletion) return std::nullopt;
            return CorrectionStage::done;
        case CorrectionStage::hidden:
            if (!is_of_speeds) return std::nullopt;
            return CorrectionStage::done;
        case CorrectionStage::undo_fixes:
            return CorrectionStage::undo_hidden;
        case CorrectionStage::undo_hidden:
            return std::nullopt;
        case CorrectionStage::done:
            break;
    }
    return CorrectionStage::done;
}

// A server that hears of it from another process reads its pages' positions anew when this number
// is another (services/store_service.cc).
void count_change(Connection& connection) {
    write_sequence(connection, next_sequence(connection));
}

void remove_correction(Connection& connection, std::int64_t number) {
    Statement remove(connection, "DELETE FROM correction WHERE number = ?1");
    remove.bind(1, number);
    remove.run();
}

}  // namespace

std::int64_t Corrections::begin(CorrectionKind kind, const FixChoice& choice, std::string_view by,
                                UnixMillis now) {
    Correction made;
    made.kind = kind;
    made.stage = CorrectionStage::fixes;
    made.made_ms = now;
    made.made_by = by;
    made.choice = choice;
    return insert_correction(connection_, made);
}

std::int64_t Corrections::begin_speeds(const FixChoice& choice, SpeedUnit read_as,
                                       SpeedUnit sent_as, std::string_view by, UnixMillis now) {
    if (read_as == SpeedUnit::protocol_default || sent_as == SpeedUnit::protocol_default)
        throw daemon::UsageError("say in which unit the speeds were read and in which they are");
    if (read_as == sent_as)
        throw daemon::UsageError("the speeds were read in the unit in which they are");
    Correction made;
    made.kind = CorrectionKind::speeds;
    made.stage = CorrectionStage::fixes;
    made.made_ms = now;
    made.made_by = by;
    made.choice = choice;
    made.read_as = read_as;
    made.sent_as = sent_as;
    const std::int64_t since = unit(choice.device).since;
    made.until_sequence = since > 0 ? since : newest_sequence(connection_);
    return insert_correction(connection_, made);
}

Correction Corrections::take(CorrectionKind kind, DeviceNumber device, std::span<const FixKey> keys,
                             std::string_view by, UnixMillis now, std::int64_t add_to) {
    one_change_at_a_time(connection_);
    if (keys.empty() || keys.size() > kMostKeys)
        throw daemon::UsageError(fmt::format("name 1 to {} positions at once", kMostKeys));
    const auto by_time = [](const FixKey& a, const FixKey& b) { return a.time_ms < b.time_ms; };
    const auto [first, last] = std::minmax_element(keys.begin(), keys.end(), by_time);
    Correction made;
    if (add_to == 0) {
        made.kind = kind;
        made.made_ms = now;
        made.made_by = by;
        made.choice = {device, first->time_ms, last->time_ms + 1, {}};
        made.number = insert_correction(connection_, made);
    } else {
        made = get_of(device, add_to);
        if (made.kind != kind || made.stage != CorrectionStage::done)
            throw daemon::UsageError("nothing can be added to that correction");
        refuse_beside_another(connection_, device);
        made.choice.from = std::min(made.choice.from, first->time_ms);
        made.choice.to = std::max(made.choice.to, last->time_ms + 1);
    }
    for (const FixKey& key : keys) made.points += take_one(connection_, made, key);
    count_change(connection_);
    if (kind == CorrectionKind::deletion || made.points == 0) {
        remove_correction(connection_, made.number);
        made.number = 0;
    } else {
        write_progress(connection_, made);
    }
    return made;
}

void Corrections::begin_undo(std::int64_t number) {
    one_change_at_a_time(connection_);
    Correction correction = get(number);
    if (correction.kind == CorrectionKind::deletion)
        throw daemon::UsageError("what was deleted cannot be shown again");
    if (correction.stage == CorrectionStage::undo_fixes ||
        correction.stage == CorrectionStage::undo_hidden)
        return;
    // What is hidden is known one by one, and shown again as far as it came. Of speeds only the
    // place is known up to which they were changed, and they are not told apart.
    if (correction.stage == CorrectionStage::done)
        refuse_beside_another(connection_, correction.choice.device);
    else if (correction.kind == CorrectionKind::speeds)
        throw daemon::UsageError("let it go on to its end first: then it can be undone");
    enter(connection_, correction,
          correction.kind == CorrectionKind::speeds ? CorrectionStage::undo_fixes
                                                    : CorrectionStage::undo_hidden);
}

void Corrections::begin_deleting(std::int64_t number) {
    one_change_at_a_time(connection_);
    Correction correction = get(number);
    if (correction.kind != CorrectionKind::hidden)
        throw daemon::UsageError("only what is hidden can be deleted so");
    if (correction.stage == CorrectionStage::done)
        refuse_beside_another(connection_, correction.choice.device);
    correction.kind = CorrectionKind::deletion;
    enter(connection_, correction, CorrectionStage::hidden);
}

std::optional<Correction> Corrections::go_on(std::int64_t number) {
    one_change_at_a_time(connection_);
    Correction correction = get(number);
    if (correction.stage == CorrectionStage::done) return correction;
    if (do_step(connection_, correction, kAtOnce)) {
        write_progress(connection_, correction);
        return correction;
    }
    count_change(connection_);
    const std::optional<CorrectionStage> next = after(correction);
    if (!next || (*next == CorrectionStage::done && correction.points == 0)) {
        remove_correction(connection_, number);
        return std::nullopt;
    }
    enter(connection_, correction, *next);
    return correction;
}

void Corrections::set_unit(DeviceNumber device, SpeedUnit unit) {
    require_device(connection_, device);
    Statement update(connection_,
                     "UPDATE device SET speed_unit = ?2, unit_since = ?3 WHERE number = ?1 AND "
                     "speed_unit <> ?2");
    update.bind(1, device);
    update.bind(2, static_cast<std::int64_t>(unit));
    update.bind(3, newest_sequence(connection_));
    update.run();
}

Correction Corrections::get(std::int64_t number) {
    return get_of(0, number);
}

Correction Corrections::get_of(DeviceNumber device, std::int64_t number) {
    Statement row(connection_, fmt::format("SELECT {} FROM correction WHERE number = ?1 AND "
                                           "(?2 = 0 OR device = ?2)",
                                           kCorrectionColumns));
    row.bind(1, number);
    row.bind(2, device);
    if (!row.step())
        throw daemon::UsageError("that correction is not there any more: it was undone or deleted");
    return read_correction(row);
}

std::vector<Correction> Corrections::list(DeviceNumber device, int most, std::int64_t below) {
    Statement rows(
        connection_,
        fmt::format("SELECT {} FROM correction WHERE device = ?1 AND (?2 = 0 OR number < "
                    "?2) ORDER BY number DESC LIMIT ?3",
                    kCorrectionColumns));
    rows.bind(1, device);
    rows.bind(2, below);
    rows.bind(3, most);
    std::vector<Correction> list;
    while (rows.step()) list.push_back(read_correction(rows));
    return list;
}

}  // namespace waymark::tracker
