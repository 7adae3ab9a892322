// How often each reason for a refusal came since the start. Reasons are words of ours
// (services/refusal_words); whatever else comes here is counted as "other", so that nobody can make
// the list long.

#pragma once

#include <fmt/core.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "services/refusal_words.hh"

namespace waymark::tracker {

class ReasonCounts {
  public:
    void add(std::string_view reason) {
        if (!has_words(reason)) reason = "other";
        const auto known = counts_.find(reason);
        if (known == counts_.end())
            counts_.emplace(reason, 1);
        else
            ++known->second;
    }

    // {"unknown_device":3}
    std::string to_json() const {
        std::string json = "{";
        for (const auto& [reason, count] : counts_)
            json += fmt::format("{}\"{}\":{}", json.size() > 1 ? "," : "", reason, count);
        return json + "}";
    }

  private:
    std::map<std::string, std::uint64_t, std::less<>> counts_;
};

}  // namespace waymark::tracker
