#include "server_reload.hh"

#include <fmt/core.h>

#include <charconv>
#include <chrono>
#include <exception>
#include <optional>
#include <utility>

#include "services/control_socket.hh"

namespace waymark::tracker {

namespace {

// Less than a person waits who has asked (commands/serve).
constexpr std::chrono::seconds kWebAppPatience{3};

}  // namespace

net::Task<std::string> ServerReload::run() {
    const bool log_is_open = parts_.log.reopen();
    std::string failure;
    std::optional<ReadAgain> read;
    try {
        read = parts_.read_again();
        net::Task<std::string> taking = take_identity();
        failure = co_await taking;
    } catch (const std::exception& error) {
        failure = error.what();
    }
    if (!failure.empty()) {
        parts_.log.error("the old configuration stays: {}", failure);
        co_return failure + "\n";
    }
    parts_.log.set_level(read->settings.level());
    parts_.services.reload(read->settings);
    parts_.log.info("the configuration was read again");
    if (!read->needs_start.empty())
        parts_.log.warning("these settings take a new start: {}", read->needs_start);
    co_return fmt::format("ok{}{}\n{}", read->needs_start.empty() ? "" : " ", read->needs_start,
                          log_is_open ? "" : kLogIsOld);
}

// "", or why the old ones stay.
net::Task<std::string> ServerReload::take_identity() {
    if (!parts_.identity.is_wanted()) co_return "";
    IdentityFiles fresh = parts_.identity.read();
    const std::uint64_t number = ++asked_;
    net::ChannelLink* const web_app = parts_.services.link_to(ServiceKind::web_app);
    const bool is_sent =
        web_app != nullptr &&
        web_app->send(write_text(MessageKind::certificate, ""), &fresh.chain) &&
        web_app->send(write_text(MessageKind::key, std::to_string(number)), &fresh.key);
    const daemon::Deadline deadline = daemon::Deadline::after(kWebAppPatience);
    while (is_sent && answered_number_ < number) {
        const bool told = co_await answered_.wait(deadline);
        if (!told) break;
    }
    if (answered_number_ < number)
        co_return "the web app does not answer at the moment, and it must look at the certificate: "
                  "try again";
    if (!answer_.empty()) co_return answer_;
    parts_.sockets.identity = std::move(fresh);
    tell_receivers();
    co_return "";
}

// They are asked nothing: what the web app could use, they can. What they answer has the number 0,
// which is no question's. One that does not run begins with the new files.
void ServerReload::tell_receivers() const {
    if (parts_.sockets.devices_tls.empty()) return;
    for (net::ChannelLink* const receiver : parts_.services.links_to(ServiceKind::receiver)) {
        const IdentityFiles copies = parts_.sockets.identity.duplicate();
        receiver->send(write_text(MessageKind::certificate, ""), &copies.chain);
        receiver->send(write_text(MessageKind::key, "0"), &copies.key);
    }
}

void ServerReload::hear_identity(std::string_view answer) {
    std::uint64_t number = 0;
    const char* const end = answer.data() + answer.size();
    const auto [stop, error] = std::from_chars(answer.data(), end, number);
    if (error != std::errc() || number <= answered_number_) return;
    answered_number_ = number;
    answer_ = stop == end ? "" : std::string(stop + 1, end);
    answered_.tell_all();
}

}  // namespace waymark::tracker
