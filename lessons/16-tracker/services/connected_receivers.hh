// The receivers that the store is connected with, the caller among them: what is sent to one, to all
// or to all others, and whose batches wait for the end of the transaction.

#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "net/channel_link.hh"
#include "net/event_loop.hh"
#include "services/receiver_messages.hh"
#include "services/receiver_talk.hh"
#include "store/store.hh"

namespace waymark::tracker {

class ConnectedReceivers {
  public:
    struct Receiver {
        std::uint16_t number;
        std::unique_ptr<net::ChannelLink> link;
        Ticket to_answer = 0;  // 0: nothing in this round
    };

    explicit ConnectedReceivers(net::EventLoop& loop) : loop_(loop) {}

    // In place of one that had the number. The reference is good until that number comes again.
    Receiver& connect(std::uint16_t number, daemon::Channel channel,
                      std::function<void(Receiver&, std::string_view)> on_message) {
        std::erase_if(all_, [number](const auto& known) { return known->number == number; });
        Receiver& receiver = *all_.emplace_back(std::make_unique<Receiver>(Receiver{number, {}}));
        net::ChannelLink::Handlers handlers;
        handlers.on_message = [&receiver, on_message = std::move(on_message)](
                                  std::string_view message, daemon::Fd) {
            on_message(receiver, message);
        };
        receiver.link =
            std::make_unique<net::ChannelLink>(loop_, std::move(channel), std::move(handlers));
        return receiver;
    }

    void send_to_all(std::string_view message) const {
        for (const auto& receiver : all_) receiver->link->send(message);
    }
    void send(ToWhom whom, std::uint16_t number, std::string_view message) const {
        for (const auto& receiver : all_)
            if ((receiver->number == number) == (whom == ToWhom::it)) receiver->link->send(message);
    }

    // To all whose batch was in the transaction.
    void answer(const CommitResult& result) {
        for (const auto& receiver : all_) {
            const Ticket ticket = std::exchange(receiver->to_answer, 0);
            if (ticket != 0)
                receiver->link->send(write(Answer{ticket, result.durable, result.reason}));
        }
    }

    auto begin() const { return all_.begin(); }
    auto end() const { return all_.end(); }

  private:
    net::EventLoop& loop_;
    std::vector<std::unique_ptr<Receiver>> all_;
};

}  // namespace waymark::tracker
