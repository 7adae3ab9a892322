// The steps of the database from version to version. A step that was released is never changed.

#include "store/schema.hh"

namespace waymark::tracker {
namespace {

// Numbers are stored as small integers, because SQLite writes an integer in as many bytes as it
// needs and every REAL in eight: a fix takes about 40 bytes. The table is its own index (WITHOUT
// ROWID): a device's track lies together in the order of time, and a repeated fix meets itself.
// Of a fix, `sequence` is the number of the commit that stored it.
constexpr Migration kMigrations[] = {
    {1, R"(
CREATE TABLE device (
    number INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given out again
    name TEXT NOT NULL UNIQUE,
    token_hash BLOB UNIQUE,
    speed_unit INTEGER NOT NULL DEFAULT 0,
    created_ms INTEGER NOT NULL
);
CREATE TABLE identifier (
    text TEXT NOT NULL PRIMARY KEY,
    device INTEGER NOT NULL REFERENCES device ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX identifier_by_device ON identifier (device);
CREATE TABLE fix (
    device INTEGER NOT NULL REFERENCES device ON DELETE CASCADE,
    time_ms INTEGER NOT NULL,
    latitude_e7 INTEGER NOT NULL,
    longitude_e7 INTEGER NOT NULL,
    altitude_cm INTEGER,
    speed_mm_s INTEGER,
    course_centidegrees INTEGER,
    accuracy_cm INTEGER,
    battery_per_mille INTEGER,
    valid INTEGER NOT NULL,
    source INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    extras TEXT,
    PRIMARY KEY (device, time_ms, latitude_e7, longitude_e7)
) WITHOUT ROWID;
CREATE TABLE quarantine (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    device INTEGER NOT NULL REFERENCES device ON DELETE CASCADE,
    received_ms INTEGER NOT NULL,
    position INTEGER NOT NULL,  -- of the point in its message
    reason TEXT NOT NULL,
    source INTEGER NOT NULL,
    digest BLOB NOT NULL,  -- of reason and raw
    raw BLOB NOT NULL,
    UNIQUE (device, digest)
);
CREATE INDEX quarantine_by_device ON quarantine (device);
CREATE TABLE device_state (
    device INTEGER PRIMARY KEY REFERENCES device ON DELETE CASCADE,
    last_seen_ms INTEGER NOT NULL,
    battery_per_mille INTEGER
);
CREATE TABLE last_commit (
    only INTEGER PRIMARY KEY CHECK (only = 0),
    sequence INTEGER NOT NULL
);
INSERT INTO last_commit VALUES (0, 0);
)"},
    // Version 2, for OwnTracks: with what its messages are encrypted, and who may see whom.
    {2, R"(
ALTER TABLE device ADD COLUMN box_key BLOB;
CREATE TABLE friend (
    viewer INTEGER NOT NULL REFERENCES device ON DELETE CASCADE,
    seen INTEGER NOT NULL REFERENCES device ON DELETE CASCADE,
    PRIMARY KEY (viewer, seen)
) WITHOUT ROWID;
CREATE INDEX friend_by_seen ON friend (seen);
)"},
    // Version 3: who may use the pages, and what they did.
    {3, R"(
CREATE TABLE account (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    role INTEGER NOT NULL,
    password_hash TEXT,  -- NULL: waits for its link
    created_ms INTEGER NOT NULL,
    link_hash BLOB UNIQUE,
    link_expires_ms INTEGER
);
CREATE TABLE device_grant (
    account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
    device INTEGER NOT NULL REFERENCES device ON DELETE CASCADE,
    may_change INTEGER NOT NULL,
    PRIMARY KEY (account, device)
) WITHOUT ROWID;
CREATE INDEX device_grant_by_device ON device_grant (device);
CREATE TABLE session (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
    token_hash BLOB NOT NULL UNIQUE,
    begun_ms INTEGER NOT NULL,
    used_ms INTEGER NOT NULL,
    address TEXT NOT NULL,
    agent TEXT NOT NULL
);
CREATE INDEX session_by_account ON session (account, used_ms);
CREATE TABLE audit (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    time_ms INTEGER NOT NULL,
    who TEXT NOT NULL,
    address TEXT NOT NULL,
    action TEXT NOT NULL,
    about TEXT NOT NULL,
    is_refusal INTEGER NOT NULL
);
CREATE INDEX audit_by_kind ON audit (is_refusal, number);
)"},
    // Version 4: a device whose rows are being deleted (store/device_edits).
    {4, "ALTER TABLE device ADD COLUMN removed_ms INTEGER"},
    // Version 5: what people said of trips and stays, and the places that have a name.
    {5, R"(
CREATE TABLE trip_correction (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    device INTEGER NOT NULL REFERENCES device ON DELETE CASCADE,
    at_ms INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    made_ms INTEGER NOT NULL
);
CREATE INDEX trip_correction_by_device ON trip_correction (device, at_ms);
CREATE TABLE place (
    number INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given out again
    name TEXT NOT NULL UNIQUE,
    latitude_e7 INTEGER NOT NULL,
    longitude_e7 INTEGER NOT NULL,
    radius_cm INTEGER NOT NULL,
    created_ms INTEGER NOT NULL
);
)"},
    // Version 6, for corrections (store/corrections.hh). A hidden fix leaves the table `fix`, so
    // that whoever reads positions cannot forget to pass over it; and a file of ten million fixes
    // is migrated by making empty tables.
    {6, R"(
ALTER TABLE device ADD COLUMN unit_since INTEGER NOT NULL DEFAULT 0;  -- the commit before its unit
CREATE TABLE correction (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    device INTEGER NOT NULL REFERENCES device ON DELETE CASCADE,
    kind INTEGER NOT NULL,
    doing INTEGER NOT NULL,
    made_ms INTEGER NOT NULL,
    made_by TEXT NOT NULL,
    from_ms INTEGER NOT NULL,
    to_ms INTEGER NOT NULL,
    south_e7 INTEGER NOT NULL,
    west_e7 INTEGER NOT NULL,
    north_e7 INTEGER NOT NULL,
    east_e7 INTEGER NOT NULL,
    read_as INTEGER NOT NULL,
    sent_as INTEGER NOT NULL,
    until_sequence INTEGER NOT NULL,
    points INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,  -- the last fix that was looked at
    at_latitude_e7 INTEGER NOT NULL,
    at_longitude_e7 INTEGER NOT NULL
);
CREATE INDEX correction_by_device ON correction (device);
CREATE TABLE hidden_fix (
    device INTEGER NOT NULL REFERENCES device ON DELETE CASCADE,
    time_ms INTEGER NOT NULL,
    latitude_e7 INTEGER NOT NULL,
    longitude_e7 INTEGER NOT NULL,
    altitude_cm INTEGER,
    speed_mm_s INTEGER,
    course_centidegrees INTEGER,
    accuracy_cm INTEGER,
    battery_per_mille INTEGER,
    valid INTEGER NOT NULL,
    source INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    extras TEXT,
    correction INTEGER NOT NULL,
    PRIMARY KEY (device, time_ms, latitude_e7, longitude_e7)
) WITHOUT ROWID;
CREATE TABLE deleted_fix (
    device INTEGER NOT NULL REFERENCES device ON DELETE CASCADE,
    time_ms INTEGER NOT NULL,
    trace INTEGER NOT NULL,  -- 16 bits of the place, which tell it from others and not where it was
    PRIMARY KEY (device, time_ms, trace)
) WITHOUT ROWID;
)"},
    // Version 7: links that show one device to whoever has them (store/share_links.hh).
    {7, R"(
CREATE TABLE share_link (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    device INTEGER NOT NULL REFERENCES device ON DELETE CASCADE,
    account INTEGER REFERENCES account ON DELETE CASCADE,  -- NULL: made on the server itself
    made_by TEXT NOT NULL,
    made_ms INTEGER NOT NULL,
    secret_hash BLOB NOT NULL UNIQUE,
    name TEXT NOT NULL,  -- what strangers read
    from_ms INTEGER NOT NULL,
    to_ms INTEGER NOT NULL,
    is_live INTEGER NOT NULL,
    with_battery INTEGER NOT NULL,
    ends_ms INTEGER NOT NULL,
    looked_ms INTEGER
);
CREATE INDEX share_link_by_device ON share_link (device);
CREATE INDEX share_link_by_account ON share_link (account);
)"},
    // Version 8: for how many days positions are kept (store/retention.hh).
    {8, "ALTER TABLE device ADD COLUMN keep_days INTEGER"},  // NULL: for ever
    // Version 9: places that are polygons, who is where (store/place_watch.hh), who came and went,
    // and whom that is posted to (store/web_hooks.hh).
    {9, R"(
ALTER TABLE place ADD COLUMN corners TEXT;  -- NULL: a circle
ALTER TABLE place ADD COLUMN edit INTEGER NOT NULL DEFAULT 0;
CREATE TABLE place_watch (
    device INTEGER PRIMARY KEY REFERENCES device ON DELETE CASCADE,
    edit INTEGER NOT NULL  -- of the newest place that it was looked at for
);
CREATE TABLE presence (
    device INTEGER NOT NULL REFERENCES device ON DELETE CASCADE,
    place INTEGER NOT NULL REFERENCES place ON DELETE CASCADE,
    state INTEGER NOT NULL,
    PRIMARY KEY (device, place)
) WITHOUT ROWID;
CREATE INDEX presence_by_place ON presence (place);
CREATE TABLE place_event (
    number INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given out again
    device INTEGER NOT NULL REFERENCES device ON DELETE CASCADE,
    place INTEGER NOT NULL,  -- may have been removed since
    place_name TEXT NOT NULL,
    kind INTEGER NOT NULL,
    time_ms INTEGER NOT NULL,
    noticed_ms INTEGER NOT NULL
);
CREATE INDEX place_event_by_device ON place_event (device, time_ms);
CREATE TABLE web_hook (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
    place INTEGER REFERENCES place ON DELETE CASCADE,  -- NULL: all
    url TEXT NOT NULL,
    secret BLOB NOT NULL,
    made_ms INTEGER NOT NULL,
    due_ms INTEGER NOT NULL DEFAULT 0,
    failures INTEGER NOT NULL DEFAULT 0,  -- in a row
    tried_ms INTEGER,
    said TEXT NOT NULL DEFAULT '',
    delivered INTEGER NOT NULL DEFAULT 0,
    dropped INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX web_hook_by_account ON web_hook (account);
CREATE INDEX web_hook_by_place ON web_hook (place);
CREATE TABLE web_hook_post (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    hook INTEGER NOT NULL REFERENCES web_hook ON DELETE CASCADE,
    event INTEGER REFERENCES place_event ON DELETE CASCADE,  -- NULL: a test
    made_ms INTEGER NOT NULL,
    due_ms INTEGER NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX web_hook_post_by_hook ON web_hook_post (hook, due_ms);
CREATE INDEX web_hook_post_by_event ON web_hook_post (event);
)"},
    // Version 10: how far fixes have been sent on to other servers (store/forwarding.hh).
    {10, R"(
CREATE TABLE forwarding (
    destination TEXT NOT NULL PRIMARY KEY,
    sequence INTEGER NOT NULL,
    device INTEGER NOT NULL,
    time_ms INTEGER NOT NULL,
    latitude_e7 INTEGER NOT NULL,
    longitude_e7 INTEGER NOT NULL,
    sent INTEGER NOT NULL DEFAULT 0,
    refused INTEGER NOT NULL DEFAULT 0,
    last_refusal TEXT NOT NULL DEFAULT '',
    last_refusal_ms INTEGER
) WITHOUT ROWID;
)"},
    // Version 11: what is thinned out when it is old (store/thinning.hh).
    {11, R"(
CREATE TABLE thinning (
    device INTEGER PRIMARY KEY REFERENCES device ON DELETE CASCADE,
    after_days INTEGER NOT NULL,
    minutes INTEGER NOT NULL
);
)"},
};

}  // namespace

std::span<const Migration> migrations() {
    return kMigrations;
}

}  // namespace waymark::tracker
