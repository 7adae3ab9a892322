// What the store and the receivers say to each other besides positions (services/messages.hh): from
// where devices were heard, and whether a point is in the quarantine already.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fix.hh"
#include "memory_directory.hh"
#include "services/heard_from.hh"
#include "services/messages.hh"

namespace waymark::tracker {

// Asked when the quarantine takes no more: what it has may be acknowledged again.
struct AskKept {
    std::uint64_t id = 0;  // comes back with the answer
    DeviceNumber device = 0;
    std::vector<std::string> digests;  // of the points (store/quarantine.hh)
};

struct Kept {
    std::uint64_t id = 0;
    bool all = false;  // and they are on disk
};

// False for a message that is cut short or has something left over.
bool read(std::string_view message, std::vector<Heard>& heard);
bool read(std::string_view message, AskKept& question);
bool read(std::string_view message, Kept& answer);
bool read(std::string_view message, std::vector<LastPlace>& places);

// In as many messages as it takes.
std::vector<std::string> write_heard(const std::vector<Heard>& heard);
std::vector<std::string> write_places(const std::vector<LastPlace>& places);
// Empty if it does not fit into one message.
std::string write(const AskKept& question);
std::string write(const Kept& answer);

}  // namespace waymark::tracker
