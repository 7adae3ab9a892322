#include "services/service_control.hh"

#include <fmt/core.h>

#include <new>
#include <optional>
#include <utility>

namespace waymark::tracker {

using daemon::Channel;
using daemon::Fd;

ServiceControl::ServiceControl(net::EventLoop& loop, Channel channel, daemon::Log& log,
                               Handlers handlers)
    : loop_(loop),
      log_(log),
      handlers_(std::move(handlers)),
      link_(loop, std::move(channel),
            {.on_message = [this](std::string_view message,
                                  Fd descriptor) { heard(message, std::move(descriptor)); },
             .on_closed = [this] { loop_.stop(); }}) {}

void ServiceControl::ready(std::string_view remark) {
    link_.send(write_text(MessageKind::ready, remark));
}

void ServiceControl::confirm_devices() {
    link_.send(write_empty(MessageKind::devices));
}

// For a person who asked: without memory for it the answer fails, and not the service.
void ServiceControl::tell_counters() {
    try {
        std::string counters = handlers_.counters();
        if (const std::optional<std::int64_t> bytes = handlers_.memory.pss_bytes())
            counters.insert(
                1, fmt::format("\"memory_bytes\":{}{}", *bytes, counters.size() > 2 ? "," : ""));
        link_.send(write_text(MessageKind::counters, counters));
    } catch (const std::bad_alloc&) {
    }
}

void ServiceControl::heard(std::string_view message, Fd descriptor) {
    Peer peer;
    switch (kind_of(message)) {
        case MessageKind::peer:
            if (read(message, peer) && descriptor && handlers_.on_peer)
                handlers_.on_peer(peer, Channel(std::move(descriptor)));
            break;
        case MessageKind::stop:
            if (handlers_.on_stop) handlers_.on_stop();
            break;
        case MessageKind::settings:
            read_again(text_of(message), descriptor);
            break;
        case MessageKind::certificate:
            certificate_ = std::move(descriptor);
            break;
        case MessageKind::key:
            take_identity(std::move(descriptor), text_of(message));
            break;
        case MessageKind::devices:
            if (handlers_.on_devices_changed) handlers_.on_devices_changed();
            break;
        case MessageKind::figures:
            if (handlers_.on_figures) handlers_.on_figures(text_of(message));
            break;
        case MessageKind::count:
            if (handlers_.counters) tell_counters();
            break;
        default:
            break;
    }
}

// Answers with the number of the question, and "" or why not.
void ServiceControl::take_identity(Fd key, std::string_view number) {
    const IdentityFiles files{std::move(certificate_), std::move(key)};
    std::string answer(number);
    answer += ' ';
    if (files.chain && files.key && handlers_.on_identity) answer += handlers_.on_identity(files);
    link_.send(write_text(MessageKind::identity_taken, answer));
}

void ServiceControl::read_again(std::string_view text, const Fd& log_file) {
    const ReloadableSettings settings = ReloadableSettings::from_text(text);
    log_.set_level(settings.level());
    if (log_file) log_.take_over(log_file);
    if (handlers_.on_settings) handlers_.on_settings(settings);
}

}  // namespace waymark::tracker
