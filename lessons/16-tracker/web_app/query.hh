// The query of a request for data: numbers by name, each within bounds. Whatever is wrong is
// found while the values are taken; the first problem is kept and names its parameter.
//
//     Query query(request.query);
//     const std::int64_t device = query.number("device", 1, kLargest);
//     if (!query.problem().empty()) return bad_request(query.problem());

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/http/form.hh"

namespace waymark::tracker {

class Query {
  public:
    // `encoded` must outlive the query.
    explicit Query(std::string_view encoded);
    Query(const Query&) = delete;
    Query& operator=(const Query&) = delete;

    // The value, from `least` to `most`; `least` if there is a problem.
    std::int64_t number(std::string_view name, std::int64_t least, std::int64_t most);
    // The same, and `otherwise` if the parameter is not there.
    std::int64_t number_or(std::string_view name, std::int64_t least, std::int64_t most,
                           std::int64_t otherwise);
    // The same for a number with a fraction; not NaN, and not infinite.
    double decimal(std::string_view name, double least, double most);
    // "" if it is not there.
    std::string_view text(std::string_view name) const { return find(name).value_or(""); }
    std::optional<std::string_view> find(std::string_view name) const;

    // Notes a problem that the caller has found; the first one stays.
    void refuse(std::string problem);
    // "" if there is none.
    const std::string& problem() const { return problem_; }

  private:
    static constexpr std::size_t kMostFields = 16;

    std::string scratch_;
    std::vector<net::http::FormField> fields_;
    std::string problem_;
};

}  // namespace waymark::tracker
