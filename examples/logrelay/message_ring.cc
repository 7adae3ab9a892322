#include "message_ring.hh"

#include <cassert>
#include <utility>

namespace waymark::logrelay {

void MessageRing::add(std::string message) {
    bytes_ += message.size();
    bytes_added_ += message.size();
    messages_.push_back(std::move(message));
    ++next_;
    while (messages_.size() > limits_.messages ||
           (bytes_ > limits_.bytes && messages_.size() > 1)) {
        bytes_ -= messages_.front().size();
        messages_.pop_front();
    }
}

const std::string& MessageRing::at(std::uint64_t number) const {
    assert(number >= first() && number < next_);
    return messages_[static_cast<std::size_t>(number - first())];
}

}  // namespace waymark::logrelay
