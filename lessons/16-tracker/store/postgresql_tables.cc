#include "store/postgresql_tables.hh"

namespace waymark::tracker {
namespace {

constexpr Migration kSteps[] = {
    // All that SQLite has after its eleventh step. Each statement may have been done before.
    {11, R"(
CREATE TABLE IF NOT EXISTS waymark_schema (
    one bigint PRIMARY KEY CHECK (one = 0), version bigint NOT NULL);
INSERT INTO waymark_schema VALUES (0, 0) ON CONFLICT DO NOTHING;
CREATE TABLE IF NOT EXISTS small_number (
    of_table text COLLATE "C" PRIMARY KEY, last bigint NOT NULL);
INSERT INTO small_number VALUES ('device', 0), ('account', 0), ('writer', 0) ON CONFLICT DO NOTHING;
CREATE TABLE IF NOT EXISTS change_lock (
    one bigint PRIMARY KEY CHECK (one = 0), taken bigint NOT NULL);
INSERT INTO change_lock VALUES (0, 0) ON CONFLICT DO NOTHING;
CREATE TABLE IF NOT EXISTS writer (
    number bigint PRIMARY KEY,
    name text COLLATE "C" NOT NULL UNIQUE,
    sequence bigint NOT NULL,
    process bigint NOT NULL
);
CREATE TABLE IF NOT EXISTS device (
    number bigint PRIMARY KEY,
    name text COLLATE "C" NOT NULL UNIQUE,
    token_hash bytea UNIQUE,
    speed_unit bigint NOT NULL DEFAULT 0,
    created_ms bigint NOT NULL,
    box_key bytea,
    removed_ms bigint,
    unit_since bigint NOT NULL DEFAULT 0,
    keep_days bigint
);
CREATE TABLE IF NOT EXISTS identifier (
    text text COLLATE "C" PRIMARY KEY,
    device bigint NOT NULL REFERENCES device ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS identifier_by_device ON identifier (device);
CREATE TABLE IF NOT EXISTS fix (
    device bigint NOT NULL,
    time_ms bigint NOT NULL,
    latitude_e7 bigint NOT NULL,
    longitude_e7 bigint NOT NULL,
    altitude_cm bigint,
    speed_mm_s bigint,
    course_centidegrees bigint,
    accuracy_cm bigint,
    battery_per_mille bigint,
    valid bigint NOT NULL,
    source bigint NOT NULL,
    sequence bigint NOT NULL,
    writer bigint NOT NULL DEFAULT 0,
    extras text COLLATE "C",
    PRIMARY KEY (device, time_ms, latitude_e7, longitude_e7)
) PARTITION BY RANGE (time_ms);
CREATE INDEX IF NOT EXISTS fix_by_writer ON fix (writer, sequence);
CREATE TABLE IF NOT EXISTS quarantine (
    number bigint PRIMARY KEY,
    device bigint NOT NULL REFERENCES device ON DELETE CASCADE,
    received_ms bigint NOT NULL,
    position bigint NOT NULL,
    reason text COLLATE "C" NOT NULL,
    source bigint NOT NULL,
    digest bytea NOT NULL,
    raw bytea NOT NULL,
    UNIQUE (device, digest)
);
CREATE TABLE IF NOT EXISTS device_state (
    device bigint PRIMARY KEY REFERENCES device ON DELETE CASCADE,
    last_seen_ms bigint NOT NULL,
    battery_per_mille bigint
);
CREATE TABLE IF NOT EXISTS friend (
    viewer bigint NOT NULL REFERENCES device ON DELETE CASCADE,
    seen bigint NOT NULL REFERENCES device ON DELETE CASCADE,
    PRIMARY KEY (viewer, seen)
);
CREATE INDEX IF NOT EXISTS friend_by_seen ON friend (seen);
CREATE TABLE IF NOT EXISTS account (
    number bigint PRIMARY KEY,
    name text COLLATE "C" NOT NULL,
    role bigint NOT NULL,
    password_hash text COLLATE "C",
    created_ms bigint NOT NULL,
    link_hash bytea UNIQUE,
    link_expires_ms bigint
);
CREATE UNIQUE INDEX IF NOT EXISTS account_by_name ON account (lower(name));
CREATE TABLE IF NOT EXISTS device_grant (
    account bigint NOT NULL REFERENCES account ON DELETE CASCADE,
    device bigint NOT NULL REFERENCES device ON DELETE CASCADE,
    may_change bigint NOT NULL,
    PRIMARY KEY (account, device)
);
CREATE INDEX IF NOT EXISTS device_grant_by_device ON device_grant (device);
CREATE TABLE IF NOT EXISTS session (
    number bigint PRIMARY KEY,
    account bigint NOT NULL REFERENCES account ON DELETE CASCADE,
    token_hash bytea NOT NULL UNIQUE,
    begun_ms bigint NOT NULL,
    used_ms bigint NOT NULL,
    address text COLLATE "C" NOT NULL,
    agent text COLLATE "C" NOT NULL
);
CREATE INDEX IF NOT EXISTS session_by_account ON session (account, used_ms);
CREATE TABLE IF NOT EXISTS audit (
    number bigint PRIMARY KEY,
    time_ms bigint NOT NULL,
    who text COLLATE "C" NOT NULL,
    address text COLLATE "C" NOT NULL,
    action text COLLATE "C" NOT NULL,
    about text COLLATE "C" NOT NULL,
    is_refusal bigint NOT NULL
);
CREATE INDEX IF NOT EXISTS audit_by_kind ON audit (is_refusal, number);
CREATE TABLE IF NOT EXISTS trip_correction (
    number bigint PRIMARY KEY,
    device bigint NOT NULL REFERENCES device ON DELETE CASCADE,
    at_ms bigint NOT NULL,
    kind bigint NOT NULL,
    made_ms bigint NOT NULL
);
CREATE INDEX IF NOT EXISTS trip_correction_by_device ON trip_correction (device, at_ms);
CREATE TABLE IF NOT EXISTS place (
    number bigint PRIMARY KEY,
    name text COLLATE "C" NOT NULL UNIQUE,
    latitude_e7 bigint NOT NULL,
    longitude_e7 bigint NOT NULL,
    radius_cm bigint NOT NULL,
    created_ms bigint NOT NULL,
    corners text COLLATE "C",
    edit bigint NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS correction (
    number bigint PRIMARY KEY,
    device bigint NOT NULL REFERENCES device ON DELETE CASCADE,
    kind bigint NOT NULL,
    doing bigint NOT NULL,
    made_ms bigint NOT NULL,
    made_by text COLLATE "C" NOT NULL,
    from_ms bigint NOT NULL,
    to_ms bigint NOT NULL,
    south_e7 bigint NOT NULL,
    west_e7 bigint NOT NULL,
    north_e7 bigint NOT NULL,
    east_e7 bigint NOT NULL,
    read_as bigint NOT NULL,
    sent_as bigint NOT NULL,
    until_sequence bigint NOT NULL,
    points bigint NOT NULL,
    at_ms bigint NOT NULL,
    at_latitude_e7 bigint NOT NULL,
    at_longitude_e7 bigint NOT NULL
);
CREATE INDEX IF NOT EXISTS correction_by_device ON correction (device);
CREATE TABLE IF NOT EXISTS hidden_fix (
    device bigint NOT NULL REFERENCES device ON DELETE CASCADE,
    time_ms bigint NOT NULL,
    latitude_e7 bigint NOT NULL,
    longitude_e7 bigint NOT NULL,
    altitude_cm bigint,
    speed_mm_s bigint,
    course_centidegrees bigint,
    accuracy_cm bigint,
    battery_per_mille bigint,
    valid bigint NOT NULL,
    source bigint NOT NULL,
    sequence bigint NOT NULL,
    writer bigint NOT NULL DEFAULT 0,
    extras text COLLATE "C",
    correction bigint NOT NULL,
    PRIMARY KEY (device, time_ms, latitude_e7, longitude_e7)
);
CREATE TABLE IF NOT EXISTS deleted_fix (
    device bigint NOT NULL REFERENCES device ON DELETE CASCADE,
    time_ms bigint NOT NULL,
    trace bigint NOT NULL,
    PRIMARY KEY (device, time_ms, trace)
);
CREATE TABLE IF NOT EXISTS share_link (
    number bigint PRIMARY KEY,
    device bigint NOT NULL REFERENCES device ON DELETE CASCADE,
    account bigint REFERENCES account ON DELETE CASCADE,
    made_by text COLLATE "C" NOT NULL,
    made_ms bigint NOT NULL,
    secret_hash bytea NOT NULL UNIQUE,
    name text COLLATE "C" NOT NULL,
    from_ms bigint NOT NULL,
    to_ms bigint NOT NULL,
    is_live bigint NOT NULL,
    with_battery bigint NOT NULL,
    ends_ms bigint NOT NULL,
    looked_ms bigint
);
CREATE INDEX IF NOT EXISTS share_link_by_device ON share_link (device);
CREATE INDEX IF NOT EXISTS share_link_by_account ON share_link (account);
CREATE TABLE IF NOT EXISTS place_watch (
    device bigint PRIMARY KEY REFERENCES device ON DELETE CASCADE,
    edit bigint NOT NULL
);
CREATE TABLE IF NOT EXISTS presence (
    device bigint NOT NULL REFERENCES device ON DELETE CASCADE,
    place bigint NOT NULL REFERENCES place ON DELETE CASCADE,
    state bigint NOT NULL,
    PRIMARY KEY (device, place)
);
CREATE INDEX IF NOT EXISTS presence_by_place ON presence (place);
CREATE TABLE IF NOT EXISTS place_event (
    number bigint PRIMARY KEY,
    device bigint NOT NULL REFERENCES device ON DELETE CASCADE,
    place bigint NOT NULL,
    place_name text COLLATE "C" NOT NULL,
    kind bigint NOT NULL,
    time_ms bigint NOT NULL,
    noticed_ms bigint NOT NULL
);
CREATE INDEX IF NOT EXISTS place_event_by_device ON place_event (device, time_ms);
CREATE TABLE IF NOT EXISTS web_hook (
    number bigint PRIMARY KEY,
    account bigint NOT NULL REFERENCES account ON DELETE CASCADE,
    place bigint REFERENCES place ON DELETE CASCADE,
    url text COLLATE "C" NOT NULL,
    secret bytea NOT NULL,
    made_ms bigint NOT NULL,
    due_ms bigint NOT NULL DEFAULT 0,
    failures bigint NOT NULL DEFAULT 0,
    tried_ms bigint,
    said text COLLATE "C" NOT NULL DEFAULT '',
    delivered bigint NOT NULL DEFAULT 0,
    dropped bigint NOT NULL DEFAULT 0,
    claimed_by bigint
);
CREATE INDEX IF NOT EXISTS web_hook_by_account ON web_hook (account);
CREATE INDEX IF NOT EXISTS web_hook_by_place ON web_hook (place);
CREATE TABLE IF NOT EXISTS web_hook_post (
    number bigint PRIMARY KEY,
    hook bigint NOT NULL REFERENCES web_hook ON DELETE CASCADE,
    event bigint REFERENCES place_event ON DELETE CASCADE,
    made_ms bigint NOT NULL,
    due_ms bigint NOT NULL,
    tries bigint NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS web_hook_post_by_hook ON web_hook_post (hook, due_ms);
CREATE INDEX IF NOT EXISTS web_hook_post_by_event ON web_hook_post (event);
CREATE TABLE IF NOT EXISTS thinning (
    device bigint PRIMARY KEY REFERENCES device ON DELETE CASCADE,
    after_days bigint NOT NULL,
    minutes bigint NOT NULL
);
CREATE TABLE IF NOT EXISTS forwarding (
    destination text COLLATE "C" NOT NULL,
    writer bigint NOT NULL,
    sequence bigint NOT NULL,
    device bigint NOT NULL,
    time_ms bigint NOT NULL,
    latitude_e7 bigint NOT NULL,
    longitude_e7 bigint NOT NULL,
    sent bigint NOT NULL DEFAULT 0,
    refused bigint NOT NULL DEFAULT 0,
    last_refusal text COLLATE "C" NOT NULL DEFAULT '',
    last_refusal_ms bigint,
    PRIMARY KEY (destination, writer)
);
)"},
    // Which tracker sends on what commands have stored (store/forwarding.hh).
    {12, R"(
INSERT INTO forwarding (destination, writer, sequence, device, time_ms, latitude_e7, longitude_e7)
SELECT DISTINCT destination, number, writer.sequence + 1, 0, 0, 0, 0 FROM forwarding, writer
WHERE name = 'command' ON CONFLICT DO NOTHING;
ALTER TABLE forwarding ADD COLUMN IF NOT EXISTS claimed_by bigint;
ALTER TABLE forwarding ADD COLUMN IF NOT EXISTS claimed_until_ms bigint NOT NULL DEFAULT 0;
)"},
};

}  // namespace

std::span<const Migration> postgresql_migrations() {
    return kSteps;
}

const char* const kDistributeTables = R"(
SELECT create_reference_table('device'); SELECT create_reference_table('identifier');
SELECT create_reference_table('quarantine'); SELECT create_reference_table('device_state');
SELECT create_reference_table('friend'); SELECT create_reference_table('account');
SELECT create_reference_table('device_grant'); SELECT create_reference_table('session');
SELECT create_reference_table('trip_correction'); SELECT create_reference_table('place');
SELECT create_reference_table('correction'); SELECT create_reference_table('share_link');
SELECT create_reference_table('place_watch'); SELECT create_reference_table('thinning');
SELECT create_reference_table('presence'); SELECT create_reference_table('place_event');
SELECT create_reference_table('web_hook'); SELECT create_reference_table('web_hook_post');
SELECT create_distributed_table('fix', 'device');
SELECT create_distributed_table('hidden_fix', 'device', colocate_with => 'fix');
SELECT create_distributed_table('deleted_fix', 'device', colocate_with => 'fix');
)";

}  // namespace waymark::tracker
