// Lines that a demo hands in (datagram_inbox.hh), told as events of its run: each is read by who
// knows what it means (frame_inbox.hh, load_inbox.hh). The demo is any program: it may send
// nonsense, and any number of it.

#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "slides/server/datagram_inbox.hh"

namespace waymark::slides {

class ToldLines {
  public:
    using Tell = std::function<void(std::string_view name, nlohmann::json data)>;

    static constexpr std::size_t kLongestLine = DatagramInbox::kLongestLine;

    struct Kind {
        std::string_view event;  // "load"; and of the socket, the name
        std::string_view many;   // "moments"
        std::size_t most;        // that are told in a run
        std::string_view form;   // "NAME > NAME WHAT"
        // What is told of a line; nothing if it has another form.
        std::optional<nlohmann::json> (*read)(std::string_view line);
    };

    // Makes the socket in `folder` if it is `wanted`. What the kind points to must outlive it.
    ToldLines(const std::filesystem::path& folder, bool wanted, const Kind& kind, Tell tell)
        : kind_(kind), tell_(std::move(tell)), inbox_(folder, kind.event, wanted) {}

    const DatagramInbox& inbox() const { return inbox_; }

    // Tells what has come, without waiting, at most as many as a run may have. For what is no such
    // line, and for too many, there is an event too: its name ends with "_refused", and {"why"} is
    // told once for each reason.
    void tell_new();

  private:
    void take(std::string_view line);
    void refuse(std::string why);

    Kind kind_;
    Tell tell_;
    DatagramInbox inbox_;
    std::size_t count_ = 0;
    std::set<std::string> refused_;
};

}  // namespace waymark::slides
