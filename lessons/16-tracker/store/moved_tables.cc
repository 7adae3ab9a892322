#include "store/moved_tables.hh"

#include <algorithm>

namespace waymark::tracker {
namespace {

constexpr const char* kFixKey = "device time_ms latitude_e7 longitude_e7";
constexpr const char* kFixRest =
    "altitude_cm speed_mm_s course_centidegrees accuracy_cm battery_per_mille valid source "
    "sequence extras:text";

MovedColumn column_of(const std::string& word) {
    const std::size_t colon = word.find(':');
    if (colon == std::string::npos) return {word, MovedColumn::Kind::integer};
    const bool is_text = word.substr(colon + 1) == "text";
    return {word.substr(0, colon), is_text ? MovedColumn::Kind::text : MovedColumn::Kind::bytes};
}

// Appends the columns of "name other:text third:bytes".
void add_columns(std::vector<MovedColumn>& columns, const std::string& words) {
    for (std::size_t begin = 0; begin < words.size();) {
        const std::size_t end = std::min(words.find(' ', begin), words.size());
        columns.push_back(column_of(words.substr(begin, end - begin)));
        begin = end + 1;
    }
}

MovedTable table(const std::string& name, const std::string& key, const std::string& rest) {
    MovedTable table;
    table.name = name;
    add_columns(table.columns, key);
    table.key_columns = static_cast<int>(table.columns.size());
    add_columns(table.columns, rest);
    return table;
}

MovedTable of_fixes(MovedTable table, bool has_writer) {
    table.is_by_device = true;
    table.has_writer = has_writer;
    return table;
}

MovedTable with_writer(MovedTable table) {
    table.has_writer = true;
    return table;
}

MovedTable with_long_rows(MovedTable table) {
    table.rows_of_page = 50;
    return table;
}

std::vector<MovedTable> make_tables() {
    return {
        table("device", "number",
              "name:text token_hash:bytes speed_unit created_ms box_key:bytes removed_ms "
              "unit_since keep_days"),
        table("identifier", "text:text", "device"),
        table("thinning", "device", "after_days minutes"),
        table("device_state", "device", "last_seen_ms battery_per_mille"),
        table("friend", "viewer seen", ""),
        table("account", "number",
              "name:text role password_hash:text created_ms link_hash:bytes link_expires_ms"),
        table("device_grant", "account device", "may_change"),
        table("session", "number",
              "account token_hash:bytes begun_ms used_ms address:text agent:text"),
        table("audit", "number", "time_ms who:text address:text action:text about:text is_refusal"),
        table("trip_correction", "number", "device at_ms kind made_ms"),
        table("place", "number",
              "name:text latitude_e7 longitude_e7 radius_cm created_ms corners:text edit"),
        table("correction", "number",
              "device kind doing made_ms made_by:text from_ms to_ms south_e7 west_e7 north_e7 "
              "east_e7 read_as sent_as until_sequence points at_ms at_latitude_e7 "
              "at_longitude_e7"),
        table("share_link", "number",
              "device account made_by:text made_ms secret_hash:bytes name:text from_ms to_ms "
              "is_live with_battery ends_ms looked_ms"),
        table("place_watch", "device", "edit"),
        table("presence", "device place", "state"),
        table("place_event", "number", "device place place_name:text kind time_ms noticed_ms"),
        table("web_hook", "number",
              "account place url:text secret:bytes made_ms due_ms failures tried_ms said:text "
              "delivered dropped"),
        table("web_hook_post", "number", "hook event made_ms due_ms tries"),
        with_writer(table("forwarding", "destination:text",
                          "sequence device time_ms latitude_e7 longitude_e7 sent refused "
                          "last_refusal:text last_refusal_ms")),
        with_long_rows(
            table("quarantine", "number",
                  "device received_ms position reason:text source digest:bytes raw:bytes")),
        of_fixes(table("hidden_fix", kFixKey, std::string(kFixRest) + " correction"), true),
        of_fixes(table("deleted_fix", "device time_ms trace", ""), false),
        of_fixes(table("fix", kFixKey, kFixRest), true),
    };
}

}  // namespace

std::string MovedTable::column_names(std::size_t count) const {
    std::string names;
    for (std::size_t i = 0; i < count; ++i) names += (i > 0 ? ", " : "") + columns[i].name;
    return names;
}

const std::vector<MovedTable>& moved_tables() {
    static const std::vector<MovedTable> tables = make_tables();
    return tables;
}

}  // namespace waymark::tracker
