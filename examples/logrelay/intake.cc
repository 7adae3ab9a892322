#include "intake.hh"

#include <fmt/format.h>

#include <utility>

#include "local_host.hh"
#include "net/socket_options.hh"
#include "syslog_reader.hh"

namespace waymark::logrelay {

namespace {

constexpr int kLastBatches = 1000;  // of each input at the end, for a sender may never stop

}  // namespace

Intake::Intake(net::EventLoop& loop, MessageRing& ring, net::AccessList senders,
               std::size_t longest, std::function<void()> on_messages)
    : loop_(loop),
      ring_(ring),
      senders_(std::move(senders)),
      longest_(longest),
      on_messages_(std::move(on_messages)),
      own_host_(own_host_name()) {}

void Intake::take_from(daemon::Fd socket) {
    const bool is_local = net::family_of(socket) == AF_UNIX;
    DatagramInput::Calls calls;
    calls.on_datagram = [this, is_local](std::string_view bytes, const net::Address& from,
                                         bool is_cut) { receive(bytes, from, is_cut, is_local); };
    calls.on_lost = [this](std::uint32_t count) { tell_lost(count); };
    calls.on_batch = [this] { on_messages_(); };
    inputs_.push_back(
        std::make_unique<DatagramInput>(loop_, std::move(socket), longest_, std::move(calls)));
}

void Intake::receive(std::string_view bytes, const net::Address& from, bool is_cut, bool is_local) {
    ++counts_.received;
    if (!is_local && from != last_sender_) {
        last_sender_ = from;
        last_host_ = from.unmapped().host_text();
    }
    if (!is_local && !senders_.allows(from)) {
        ++counts_.refused;
        return;
    }
    SyslogMessage message =
        read_syslog(bytes, {is_local, is_local ? own_host_ : last_host_, now()});
    if (is_cut) {
        ++counts_.cut;
        message.text += "...";
    }
    ring_.add(to_rfc5424(message));
}

void Intake::tell_lost(std::uint32_t count) {
    counts_.lost += count;
    ring_.add(own_message(
        own_host_, "LOST",
        fmt::format("{} messages were lost here on their way in: they came faster than they were "
                    "taken",
                    count)));
}

// One look at the clock and the zone for all that come together.
const Timestamp& Intake::now() {
    if (round_ != loop_.now()) now_ = local_now();
    round_ = loop_.now();
    return now_;
}

void Intake::stop() {
    for (const auto& input : inputs_) {
        int batches = 0;
        while (batches < kLastBatches && input->take_batch()) ++batches;
    }
    inputs_.clear();
}

}  // namespace waymark::logrelay
