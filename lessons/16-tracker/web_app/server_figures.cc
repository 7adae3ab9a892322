#include "web_app/server_figures.hh"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>

#include "protocols/extras.hh"

namespace waymark::tracker {
namespace {

using nlohmann::json;

void add_numbers(const json& object, ServiceFigures::Numbers& numbers) {
    for (const auto& member : object.items()) {
        if (member.value().is_boolean())
            numbers[member.key()] += member.value().get<bool>() ? 1 : 0;
        else if (member.value().is_number_integer())
            numbers[member.key()] += member.value().get<std::int64_t>();
    }
}

void add_named(const json& counters, const char* name, ServiceFigures::Numbers& numbers) {
    const auto found = counters.find(name);
    if (found != counters.end() && found->is_object()) add_numbers(*found, numbers);
}

// Throws json::exception for what is none.
ForwardFigures read_forward(const json& object) {
    return {.to = object.at("to").get<std::string>(),
            .is_connected = object.at("connected").get<bool>(),
            .waiting = object.at("waiting").get<std::int64_t>(),
            .sent = object.at("sent").get<std::int64_t>(),
            .refused = object.at("refused").get<std::int64_t>(),
            .last_refusal_ms = object.at("last_refusal_ms").get<std::int64_t>(),
            .last_error = object.at("last_error").get<std::string>(),
            .last_refusal = object.at("last_refusal").get<std::string>()};
}

std::string to_json(const ForwardFigures& forward) {
    return json({{"to", forward.to},
                 {"connected", forward.is_connected},
                 {"waiting", forward.waiting},
                 {"sent", forward.sent},
                 {"refused", forward.refused},
                 {"last_error", forward.last_error},
                 {"last_refusal", forward.last_refusal},
                 {"last_refusal_ms", forward.last_refusal_ms}})
        .dump(-1, ' ', false, json::error_handler_t::replace);
}

void take_counters(const json& counters, ServiceFigures& figures) {
    add_numbers(counters, figures.numbers);
    if (const auto forward = counters.find("forward");
        forward != counters.end() && forward->is_array())
        for (const json& each : *forward) figures.forward.push_back(read_forward(each));
    add_named(counters, "refused_by_reason", figures.refused_by_reason);
    add_named(counters, "quarantined_by_reason", figures.quarantined_by_reason);
    if (const auto within = counters.find("commits_within");
        within != counters.end() && within->is_array())
        for (const json& count : *within)
            figures.commits_within.push_back(count.is_number_integer() ? count.get<std::int64_t>()
                                                                       : 0);
    if (const auto threads = counters.find("threads");
        threads != counters.end() && threads->is_array())
        for (const json& thread : *threads)
            if (thread.is_object()) take_counters(thread, figures);
}

}  // namespace

std::int64_t ServiceFigures::number(std::string_view key) const {
    const auto found = numbers.find(key);
    return found == numbers.end() ? 0 : found->second;
}

std::optional<ServiceFigures> read_service_figures(std::string_view text) {
    const json object = json::parse(text, nullptr, false);
    if (!object.is_object()) return std::nullopt;
    try {
        ServiceFigures figures;
        figures.name = object.at("name").get<std::string>();
        figures.is_up = object.at("state").get<std::string>() == "up";
        figures.answers = object.at("answers").get<bool>();
        figures.process = object.at("pid").get<std::int64_t>();
        figures.starts = object.at("starts").get<std::int64_t>();
        const json& counters = object.at("counters");
        if (counters.is_object()) take_counters(counters, figures);
        return figures;
    } catch (const json::exception&) {
        return std::nullopt;
    }
}

const ServiceFigures* ServerFigures::find(std::string_view name) const {
    for (const ServiceFigures& service : services)
        if (service.name == name) return &service;
    return nullptr;
}

std::int64_t ServerFigures::memory_bytes() const {
    std::set<std::int64_t> seen;
    std::int64_t bytes = 0;
    for (const ServiceFigures& service : services)
        if (service.process != 0 && seen.insert(service.process).second)
            bytes += service.number("memory_bytes");
    return bytes;
}

std::int64_t ServerFigures::sum(std::string_view key) const {
    std::int64_t sum = 0;
    for (const ServiceFigures& service : services) sum += service.number(key);
    return sum;
}

std::vector<std::string> ServerFigures::problems() const {
    std::vector<std::string> problems;
    for (const ServiceFigures& service : services)
        if (!service.is_up || !service.answers)
            problems.push_back(fmt::format("The service '{}' does not answer.", service.name));
    if (const ServiceFigures* const store = find("store");
        store == nullptr || store->number("last_commit_failed") != 0)
        problems.emplace_back("The last commit failed: what phones send is not stored.");
    if (const ServiceFigures* const supervisor = find("supervisor");
        supervisor != nullptr && supervisor->has("disk_free_bytes") &&
        supervisor->number("disk_free_bytes") < kLeastDiskBytes)
        problems.emplace_back("The disk is nearly full.");
    return problems;
}

std::string sample_of(const ServerFigures& figures, std::int64_t now_ms) {
    std::int64_t connections = 0;
    for (const ServiceFigures& service : figures.services)
        if (service.name.starts_with("receiver")) connections += service.number("open_connections");
    return fmt::format("[{},{},{},{},{},{},{},{}]", now_ms, connections,
                       figures.sum("fixes_stored"),
                       figures.sum("refused_messages") + figures.sum("quarantined_messages") +
                           figures.sum("not_durable") + figures.sum("quarantine_full"),
                       figures.sum("commits"), figures.sum("commit_us"),
                       figures.sum("unanswered_bytes"), figures.memory_bytes());
}

std::string totals_to_json(const ServerFigures& figures) {
    std::string json = fmt::format("{{\"uptime_s\":{}", figures.sum("server_uptime_s"));
    for (const std::string_view key :
         {"database_bytes", "log_bytes", "quarantine_bytes", "disk_bytes", "disk_free_bytes",
          "last_commit_ms", "slowest_commit_us"})
        json += fmt::format(",\"{}\":{}", key, figures.sum(key));
    ServiceFigures::Numbers reasons;
    for (const ServiceFigures& service : figures.services)
        for (const auto* part : {&service.refused_by_reason, &service.quarantined_by_reason})
            for (const auto& [reason, count] : *part) reasons[reason] += count;
    std::string list;
    for (const auto& [reason, count] : reasons) {
        list += list.empty() ? "" : ",";
        append_json_string(list, reason);
        list += fmt::format(":{}", count);
    }
    std::vector<std::string> forward;
    for (const ServiceFigures& service : figures.services)
        for (const ForwardFigures& each : service.forward) forward.push_back(to_json(each));
    return fmt::format("{},\"reasons\":{{{}}},\"forward\":[{}]}}", json, list,
                       fmt::join(forward, ","));
}

std::string services_to_json(const ServerFigures& figures) {
    std::string list = "[";
    for (const ServiceFigures& service : figures.services) {
        list += list.size() > 1 ? ",{\"name\":" : "{\"name\":";
        append_json_string(list, service.name);
        list += fmt::format(R"(,"is_up":{},"answers":{},"starts":{},"memory":{}}})", service.is_up,
                            service.answers, service.starts, service.number("memory_bytes"));
    }
    return list + "]";
}

}  // namespace waymark::tracker
