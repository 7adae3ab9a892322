#include "status.hh"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace waymark::balancer {

namespace {

using nlohmann::json;

Sample totals_of(const BackEnd& back_end) {
    const BackEnd::Counters& seen = back_end.counters;
    return {back_end.connections(), seen.connections, seen.failures(),
            seen.bytes_to + seen.bytes_from};
}

json to_json(const BackEnd& back_end) {
    const BackEnd::Counters& seen = back_end.counters;
    return {{"id", back_end.id()},
            {"name", back_end.name()},
            {"state", back_end.state_text()},
            {"weight", back_end.weight()},
            {"open", back_end.connections()},
            {"made", seen.connections},
            {"refused", seen.refused},
            {"timed_out", seen.timed_out},
            {"unreachable", seen.unreachable},
            {"unusable", seen.unusable},
            {"broken", seen.broken},
            {"probes", seen.probes},
            {"failed_probes", seen.failed_probes},
            {"bytes_to", seen.bytes_to},
            {"bytes_from", seen.bytes_from}};
}

// A name may have come from a command line with any bytes in it.
std::string dump(const json& value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

void History::add(const BackEnds& back_ends) {
    for (auto& [id, track] : tracks_) track.is_seen = false;
    for (const auto& back_end : back_ends.all()) {
        Track& track = tracks_[back_end->id()];
        const Sample now = totals_of(*back_end);
        track.ring[track.added++ % kSamples] = {now.open, now.made - track.totals.made,
                                                now.failures - track.totals.failures,
                                                now.bytes - track.totals.bytes};
        track.totals = now;
        track.is_seen = true;
    }
    std::erase_if(tracks_, [](const auto& entry) { return !entry.second.is_seen; });
}

std::vector<Sample> History::of(const BackEnd& back_end) const {
    const auto found = tracks_.find(back_end.id());
    if (found == tracks_.end()) return {};
    const Track& track = found->second;
    std::vector<Sample> samples;
    for (std::size_t i = track.added - std::min(track.added, kSamples); i < track.added; ++i)
        samples.push_back(track.ring[i % kSamples]);
    return samples;
}

std::string status_json(const Balancer& balancer, const BackEnds& back_ends,
                        std::string_view policy, std::chrono::seconds uptime) {
    const Balancer::Counters& seen = balancer.counters();
    json list = json::array();
    for (const auto& back_end : back_ends.all()) list.push_back(to_json(*back_end));
    return dump({{"uptime_s", uptime.count()},
                 {"policy", policy},
                 {"open", balancer.connections()},
                 {"most_open", balancer.settings().connections},
                 {"accepted", seen.accepted},
                 {"denied", seen.denied},
                 {"too_many", seen.too_many},
                 {"malformed", seen.malformed},
                 {"unserved", seen.unserved},
                 {"retries", seen.retries},
                 {"timed_out", seen.timed_out},
                 {"failed", seen.failed},
                 {"back_ends", std::move(list)}});
}

std::string history_json(const History& history, const BackEnds& back_ends) {
    json list = json::array();
    for (const auto& back_end : back_ends.all()) {
        json samples = json::array();
        for (const Sample& one : history.of(*back_end))
            samples.push_back({one.open, one.made, one.failures, one.bytes});
        list.push_back({{"id", back_end->id()}, {"samples", std::move(samples)}});
    }
    return dump({{"step_s", 1}, {"back_ends", std::move(list)}});
}

}  // namespace waymark::balancer
