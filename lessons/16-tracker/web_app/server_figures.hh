// How the server does, as its processes say: each tells its counters to the supervisor, which
// passes them on as JSON, one service after another. Here they become numbers by name, so that a
// figure is added where it is counted and where it is shown, and nowhere in between.

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::tracker {

// How it goes with one server that fixes are forwarded to (services/forwarder).
struct ForwardFigures {
    std::string to;
    bool is_connected = false;
    std::int64_t waiting = 0, sent = 0, refused = 0, last_refusal_ms = 0;
    std::string last_error, last_refusal;  // "" for none
};

struct ServiceFigures {
    using Numbers = std::map<std::string, std::int64_t, std::less<>>;

    std::string name;  // "store", "receiver 0", "web app", "caller", "supervisor"
    bool is_up = false;
    bool answers = false;  // otherwise the numbers are those of before
    std::int64_t process = 0;
    std::int64_t starts = 0;
    Numbers numbers;  // of a receiver with several threads, their sum
    Numbers refused_by_reason, quarantined_by_reason;
    std::vector<std::int64_t> commits_within;  // services/commit_times; of the store
    std::vector<ForwardFigures> forward;       // of the caller

    std::int64_t number(std::string_view key) const;  // 0 if it has none
    bool has(std::string_view key) const { return numbers.contains(key); }
};

// What one service said; nothing if it cannot be read.
std::optional<ServiceFigures> read_service_figures(std::string_view json);

struct ServerFigures {
    std::vector<ServiceFigures> services;

    const ServiceFigures* find(std::string_view name) const;  // null: there is none
    // Over all services, but each process counted once (--one-process).
    std::int64_t memory_bytes() const;
    std::int64_t sum(std::string_view key) const;
    // What a person must look at, each a sentence; empty if all is well.
    std::vector<std::string> problems() const;

    static constexpr std::int64_t kLeastDiskBytes = std::int64_t{64} * 1024 * 1024;
};

// A sample for the charts: a JSON array [time in ms, open connections of phones, fixes stored,
// messages refused or in quarantine, commits, microseconds of all commits, bytes that wait for the
// store, bytes of memory]. What is counted is counted since the start of its service.
std::string sample_of(const ServerFigures& figures, std::int64_t now_ms);

// For the head of the page: a JSON array of {"name","is_up","answers","starts","memory"}.
std::string services_to_json(const ServerFigures& figures);

// The figures of the moment, for the page: {"uptime_s","database_bytes","log_bytes",
// "quarantine_bytes","disk_bytes","disk_free_bytes","last_commit_ms","slowest_commit_us","reasons":
// {"unknown_device":3},"forward":[{"to","connected","waiting","sent","refused","last_error",
// "last_refusal","last_refusal_ms"}]}; the reasons are of refusals and of quarantine.
std::string totals_to_json(const ServerFigures& figures);

}  // namespace waymark::tracker
