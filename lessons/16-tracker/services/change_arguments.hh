// The arguments of a change: the members of a JSON object (RFC 8259), each of the kind and within
// the bounds that the change wants. Whatever is wrong throws UsageError with a sentence that names
// the member: the page shows it to the person.
//
//     ChangeArguments arguments(request.arguments);
//     const auto device = arguments.number("device", 1, kMostDevices);
//     const std::string name = arguments.text("name");
//     arguments.end();

#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fix.hh"

namespace waymark::tracker {

class ChangeArguments {
  public:
    // The largest number of a row.
    static constexpr std::int64_t kLastRow = std::numeric_limits<std::int64_t>::max();

    // Throws UsageError unless it is one JSON object of UTF-8 in which no name comes twice.
    explicit ChangeArguments(std::string_view json);
    ChangeArguments(const ChangeArguments&) = delete;
    ChangeArguments& operator=(const ChangeArguments&) = delete;
    ~ChangeArguments();

    // A whole number from `least` to `most`.
    std::int64_t number(std::string_view name, std::int64_t least, std::int64_t most);
    // The number of a device, which need not be there.
    DeviceNumber device(std::string_view name = "device");
    // A number from `least` to `most`.
    double real(std::string_view name, double least, double most);
    std::string text(std::string_view name);
    bool flag(std::string_view name);
    // An array of texts.
    std::vector<std::string> texts(std::string_view name);
    // An array of arrays of two numbers, at most kMostPairs.
    std::vector<std::pair<double, double>> pairs(std::string_view name);
    static constexpr std::size_t kMostPairs = 1000;
    // Whether it is there, and not null: for what may be left out.
    bool has(std::string_view name);

    // Throws for a member that was not asked for: a name that is misspelt must not count as left
    // out.
    void end() const;

  private:
    struct Members;
    std::unique_ptr<Members> members_;
};

}  // namespace waymark::tracker
