#include "services/service_group.hh"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <utility>

#include "daemon/error.hh"
#include "services/grouped_service.hh"

namespace waymark::tracker {

using daemon::Channel;
using daemon::Deadline;
using daemon::ServiceAction;
using daemon::ServiceEvent;
using daemon::ServiceState;

namespace {
constexpr std::chrono::seconds kHandOverPatience{1};  // for answers, when a person asks
}  // namespace

ServiceGroup::ServiceGroup(net::EventLoop& loop, Settings settings, const ListeningSockets& sockets,
                           daemon::Log& log, std::vector<int> keep_open, Handlers handlers)
    : loop_(loop),
      settings_(std::move(settings)),
      sockets_(sockets),
      log_(log),
      keep_open_(std::move(keep_open)),
      handlers_(std::move(handlers)),
      counted_(loop),
      devices_told_(loop) {
    auto on_ended = [this](int id, const std::string& how) { ended(id, how); };
    host_ = settings_.one_process ? make_thread_host(loop_, on_ended) : make_process_host(on_ended);
    add(ServiceKind::store, 0);
    for (unsigned i = 0; i < settings_.receivers; ++i)
        add(ServiceKind::receiver, static_cast<std::uint16_t>(i));
    add(ServiceKind::web_app, 0);
    if (settings_.calls_out()) add(ServiceKind::caller, 0);
    if (settings_.demo) add(ServiceKind::demo, 0);
}

ServiceGroup::~ServiceGroup() = default;

void ServiceGroup::add(ServiceKind kind, std::uint16_t number) {
    services_.push_back(std::make_unique<Service>(*this, kind, number));
}

void ServiceGroup::start() {
    for (const auto& service : services_)
        if (service->kind != ServiceKind::demo) handle(*service, ServiceEvent::start_wanted);
}

// The demo comes last: phones without a server would only wait. Nobody waits for it.
void ServiceGroup::note_ready() {
    for (const auto& service : services_)
        if (service->kind != ServiceKind::demo && service->supervisor.state() != ServiceState::up)
            return;
    if (std::exchange(were_all_up_, true)) return;
    handlers_.on_all_up();
    if (settings_.demo) handle(*services_.back(), ServiceEvent::start_wanted);
}

void ServiceGroup::stop() {
    if (stopping_)
        for (const auto& service : services_) handle(*service, ServiceEvent::kill_wanted);
    stopping_ = true;
    continue_stop();
}

void ServiceGroup::reload(const ReloadableSettings& settings) {
    settings_.reloadable = settings;
    const std::string message = write_text(MessageKind::settings, settings.to_text());
    for (const auto& service : services_)
        if (service->control && !service->control->send(message, log_.file()))
            service->control->send(message);  // words can wait in a full channel, a file cannot
}

std::vector<net::ChannelLink*> ServiceGroup::links_to(ServiceKind kind) const {
    std::vector<net::ChannelLink*> links;
    for (const auto& service : services_)
        if (service->kind == kind && service->control) links.push_back(service->control.get());
    return links;
}

net::Task<bool> ServiceGroup::devices_changed() {
    const Deadline deadline = Deadline::after(kHandOverPatience);
    const std::uint64_t answers_before = devices_answers_;
    if (net::ChannelLink* const store = link_to(ServiceKind::store))
        store->send(write_empty(MessageKind::devices));
    while (devices_answers_ == answers_before) {
        const bool told = co_await devices_told_.wait(deadline);
        if (!told) co_return false;
    }
    co_return true;
}

void ServiceGroup::handle(Service& service, ServiceEvent event) {
    const ServiceAction action = service.supervisor.handle(event, loop_.now());
    service.timer.set(service.supervisor.next_timer());
    act(service, action);
}

void ServiceGroup::act(Service& service, ServiceAction action) {
    switch (action) {
        case ServiceAction::spawn:
            spawn(service);
            break;
        case ServiceAction::send_terminate:
            // By its channel, not by a signal: a thread has no signals of its own.
            if (service.control) service.control->send(write_empty(MessageKind::stop));
            break;
        case ServiceAction::send_kill:
            log_.warning("{} does not end; it is killed", service.name());
            host_->kill(service.id);
            break;
        case ServiceAction::give_up:
            failure_ = {service.last_words.exit_code,
                        fmt::format("{}: {}", service.name(), service.last_words.reason)};
            stop();
            break;
        case ServiceAction::nothing:
            break;
    }
}

void ServiceGroup::spawn(Service& service) {
    try {
        daemon::ChannelPair pair = daemon::make_channel();
        std::vector<int> keep = keep_open_;
        keep.push_back(pair.second.fd().get());
        std::shared_ptr<ServiceStart> start = prepare(service, std::move(pair.second));
        for (const int socket : descriptors_of(*start)) keep.push_back(socket);
        service.id = host_->start([start] { return run_service(*start); }, std::move(keep));

        const auto hear = [this, &service](std::string_view message, daemon::Fd) {
            heard(service, message);
        };
        service.control = std::make_unique<net::ChannelLink>(loop_, std::move(pair.first),
                                                             net::ChannelLink::Handlers{hear, {}});
        ++service.starts;
        introduce(service);
    } catch (const std::system_error& error) {
        log_.error("{}: {}", service.name(), error.what());
        service.last_words = {daemon::kExitSystem, error.what()};
        handle(service, ServiceEvent::exited);
    }
}

std::unique_ptr<ServiceStart> ServiceGroup::prepare(Service& service, Channel control) const {
    auto start = std::make_unique<ServiceStart>(
        ServiceStart{settings_, service.kind, service.number, std::move(control)});
    sockets_.hand_to(*start);
    return start;
}

// The store meets everybody but the demo; the others meet only the store.
void ServiceGroup::introduce(Service& newcomer) {
    for (const auto& other : services_) {
        if (newcomer.kind == ServiceKind::demo || other->kind == ServiceKind::demo) continue;
        const bool one_is_the_store =
            (other->kind == ServiceKind::store) != (newcomer.kind == ServiceKind::store);
        if (one_is_the_store && other->control) connect(newcomer, *other);
    }
}

// Every thread of a receiver has a channel of its own, and a number that no other thread has.
void ServiceGroup::connect(Service& a, Service& b) {
    const auto threads_of = [this](const Service& service) {
        return service.kind == ServiceKind::receiver ? settings_.threads : 1;
    };
    const auto peer = [&](const Service& service, unsigned thread) {
        const bool calls = service.kind == ServiceKind::caller;
        const unsigned first = (calls ? settings_.receivers : service.number) * settings_.threads;
        return write(Peer{service.kind, static_cast<std::uint16_t>(first + thread)});
    };
    for (unsigned thread = 0; thread < threads_of(a) * threads_of(b); ++thread) {
        const daemon::ChannelPair pair = daemon::make_channel();
        a.control->send(peer(b, thread), &pair.first.fd());
        b.control->send(peer(a, thread), &pair.second.fd());
    }
}

void ServiceGroup::heard(Service& service, std::string_view message) {
    switch (kind_of(message)) {
        case MessageKind::ready:
            has_no_accounts_ |= text_of(message) == kNoAccounts;
            handle(service, ServiceEvent::ready);
            if (service.starts > 1) log_.info("{} is back", service.name());
            note_ready();
            break;
        case MessageKind::devices:
            ++devices_answers_;
            devices_told_.tell_all();
            break;
        case MessageKind::figures:
            if (handlers_.on_figures_wanted) handlers_.on_figures_wanted();
            break;
        case MessageKind::identity_taken:
            handlers_.on_identity_taken(text_of(message));
            break;
        case MessageKind::counters:
            try {
                service.counters = text_of(message);
            } catch (const std::bad_alloc&) {  // they are the old ones then
            }
            service.counters_wanted = false;
            counted_.tell_all();
            break;
        case MessageKind::failed:
            if (const std::string_view words = text_of(message); !words.empty())
                service.last_words = {static_cast<unsigned char>(words.front()),
                                      std::string(words.substr(1))};
            break;
        default:
            break;
    }
}

// A start that failed is told to the person who waits for it; an end after that goes to the log.
void ServiceGroup::report_end(Service& service, const std::string& how) {
    Failure& words = service.last_words;
    if (words.reason.empty()) words = {daemon::kExitSystem, how};
    if (stopping_ || !service.supervisor.was_ever_up()) return;
    log_.error("{} ended: {}", service.name(), words.reason);
    words = {};
}

void ServiceGroup::ended(int id, const std::string& how) {
    for (const auto& service : services_) {
        if (service->id != id) continue;
        report_end(*service, how);
        service->id = 0;
        service->control.reset();
        service->counters_wanted = false;
        counted_.tell_all();
        handle(*service, ServiceEvent::exited);
    }
    if (stopping_) continue_stop();
}

// The next kind is told to stop when the one before it has ended.
void ServiceGroup::continue_stop() {
    for (const ServiceKind kind : {ServiceKind::demo, ServiceKind::caller, ServiceKind::receiver,
                                   ServiceKind::web_app, ServiceKind::store}) {
        bool waits = false;
        for (const auto& service : services_) {
            if (service->kind != kind) continue;
            handle(*service, ServiceEvent::stop_wanted);
            waits |= service->supervisor.state() != ServiceState::down;
        }
        if (waits) return;
    }
    if (std::exchange(ended_told_, true)) return;
    handlers_.on_all_ended();
}

net::Task<void> ServiceGroup::ask_for_counters(std::chrono::milliseconds patience) {
    for (const auto& service : services_)
        service->counters_wanted =
            service->control && service->control->send(write_empty(MessageKind::count));
    const Deadline deadline = Deadline::after(patience);
    while (std::ranges::any_of(services_, [](const auto& each) { return each->counters_wanted; })) {
        const bool told = co_await counted_.wait(deadline);
        if (!told) break;
    }
}

net::Task<std::string> ServiceGroup::silent_services(std::chrono::milliseconds patience) {
    co_await ask_for_counters(patience);
    std::string silent;
    for (const auto& service : services_)
        if (service->counters_wanted && service->supervisor.state() == daemon::ServiceState::up)
            silent += (silent.empty() ? "" : ", ") + service->name();
    co_return silent;
}

net::Task<std::string> ServiceGroup::describe() {
    co_await ask_for_counters(kHandOverPatience);
    std::string list = "[";
    for (const auto& service : services_) list += (list.size() > 1 ? "," : "") + describe(*service);
    co_return list + "]";
}

net::Task<std::vector<std::string>> ServiceGroup::describe_each() {
    co_await ask_for_counters(kHandOverPatience);
    std::vector<std::string> each;
    for (const auto& service : services_) each.push_back(describe(*service));
    co_return each;
}

std::string ServiceGroup::describe(const Service& service) const {
    return fmt::format(
        R"({{"name":"{}","state":"{}","answers":{},"pid":{},"starts":{},"counters":{}}})",
        service.name(), name_of(service.supervisor.state()), !service.counters_wanted,
        service.id == 0 ? 0 : host_->process_of(service.id), service.starts, service.counters);
}

}  // namespace waymark::tracker
