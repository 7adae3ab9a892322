// The store's part of what it and the receivers say to each other besides positions
// (services/receiver_messages): what one has heard it passes on to the others, and it says whether
// the quarantine has a point.

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/log.hh"
#include "services/heard_from.hh"
#include "services/receiver_messages.hh"
#include "store/store.hh"

namespace waymark::tracker {

// The receiver of this number, or all but it.
enum class ToWhom { it, others };

class ReceiverTalk {
  public:
    using Send =
        std::function<void(ToWhom whom, std::uint16_t receiver, std::string_view message)>;

    explicit ReceiverTalk(Send send) : send_(std::move(send)) {}

    // What a receiver must know before it hears phones.
    std::vector<std::string> for_newcomer() const { return write_heard(heard_from_.list()); }
    // False if the message is of another kind.
    bool takes(std::uint16_t receiver, std::string_view message);
    // To be called when no transaction is open: what is not on disk yet must not be called kept.
    void answer(Store& store, daemon::Log& log);

  private:
    struct Asked {
        std::uint16_t receiver = 0;
        AskKept question;
    };

    void pass_on(std::uint16_t receiver, const std::vector<Heard>& heard);

    Send send_;
    HeardFrom heard_from_;
    std::vector<Asked> asked_;
};

}  // namespace waymark::tracker
