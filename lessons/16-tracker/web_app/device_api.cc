#include "web_app/device_api.hh"

#include <fmt/format.h>

#include <charconv>
#include <limits>
#include <utility>

#include "daemon/error.hh"
#include "protocols/extras.hh"
#include "services/change_arguments.hh"
#include "services/refusal_messages.hh"
#include "unix_time.hh"
#include "web_app/answers.hh"
#include "web_app/device_readings.hh"
#include "web_app/phone_setup.hh"
#include "web_app/query.hh"

namespace waymark::tracker {

using net::http::Completion;
using net::http::Exchange;

namespace {

constexpr std::size_t kLongestRequest = 4096;
constexpr std::string_view kNoSuchDevice = "There is no such device.";

// The part of the path; 0 for what is no device's number.
DeviceNumber device_number(std::string_view text) {
    DeviceNumber number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() ? number : 0;
}

std::string retention_to_json(const Retention::Preview& preview) {
    return fmt::format(R"({{"before":{},"positions":{},"hidden":{},"quarantined":{}}})",
                       preview.before, preview.fixes + preview.hidden, preview.hidden,
                       preview.quarantined);
}

std::string thinning_to_json(const Thinning::Preview& preview) {
    return fmt::format(R"({{"before":{},"go":{},"stay":{}}})", preview.before, preview.go,
                       preview.stay);
}

}  // namespace

struct DeviceApi::SetupQuestion {
    DeviceNumber device = 0;
    SetupFacts facts;
};

// Throws UsageError for what a person must correct.
DeviceApi::SetupQuestion DeviceApi::read_question(std::string_view body, const PhonePort& phones) {
    ChangeArguments arguments(body);
    SetupQuestion question;
    question.device = static_cast<DeviceNumber>(
        arguments.number("device", 1, std::numeric_limits<DeviceNumber>::max()));
    question.facts.url = arguments.text("url");
    if (arguments.has("token")) question.facts.token = arguments.text("token");
    arguments.end();
    const std::string problem = problem_with_url(question.facts.url);
    if (!problem.empty()) throw daemon::UsageError(problem);
    question.facts.mqtt = phones.mqtt;
    question.facts.nmea_port = phones.nmea_port;
    return question;
}

// Nothing if there is no such device.
std::optional<std::string> DeviceApi::read_setups(Reader& reader, SetupQuestion& question) {
    for (const Device& device : reader.devices()) {
        if (device.number != question.device) continue;
        question.facts.identifiers = device.identifiers;
        return setups_to_json(phone_setups(question.facts));
    }
    return std::nullopt;
}

void DeviceApi::add_routes(Routes& routes) {
    routes.get("/api/devices/details", [this](Exchange& exchange, Viewer viewer) {
        return Completion(details(exchange, std::move(viewer)));
    });
    routes.get("/api/devices/{}/count", [this](Exchange& exchange, Viewer viewer) {
        return Completion(count(exchange, std::move(viewer)));
    });
    routes.admin_get("/api/devices/{}/retention", [this](Exchange& exchange, const Viewer&) {
        return Completion(preview_retention(exchange));
    });
    routes.admin_get("/api/devices/{}/thinning", [this](Exchange& exchange, const Viewer&) {
        return Completion(preview_thinning(exchange));
    });
    routes.admin_post("/api/devices/setup", kLongestRequest,
                      [this](Exchange& exchange, Viewer viewer) {
                          return Completion(setup(exchange, std::move(viewer)));
                      });
    for (const std::string_view name :
         {"add", "rename", "token", "add_identifier", "remove_identifier", "share", "retention",
          "thinning", "remove"})
        add_change(routes, name);
}

void DeviceApi::add_change(Routes& routes, std::string_view name) {
    routes.admin_post(fmt::format("/api/devices/{}", name), kLongestRequest,
                      [this, name = fmt::format("device.{}", name)](Exchange& exchange,
                                                                    Viewer viewer) -> Completion {
                          if (parts_.is_demo && name == "device.add") {
                              answer_error(exchange, 400,
                                           "This is a demo, with made-up devices only. Your own "
                                           "server: ./waymark start --no-demo");
                              return net::http::answered();
                          }
                          return parts_.changes.answer(exchange, std::move(viewer), name);
                      });
}

net::Task<> DeviceApi::details(Exchange& exchange, Viewer viewer) {
    std::function<std::string(Reader&)> work = [viewer](Reader& reader) {
        return read_device_details(reader, viewer, unix_now());
    };
    const std::optional<std::string> devices = co_await parts_.reads.ask(exchange, std::move(work));
    if (!devices) co_return;
    std::string url;
    append_json_string(url, parts_.phones.url);
    const UnixMillis now = unix_now();
    answer_json(
        exchange, 200,
        fmt::format(R"({{"now":{},"is_admin":{},"devices":{},"refused":{},)"
                    R"("phones":{{"url":{},"port":{},"tls_port":{},"is_local":{}}}}})",
                    now, viewer.is_admin(), *devices, refusals_to_json(refused_, viewer, now), url,
                    parts_.phones.port, parts_.phones.tls_port, parts_.phones.is_local));
}

net::Task<> DeviceApi::count(Exchange& exchange, Viewer viewer) {
    const DeviceNumber device = device_number(exchange.parameters[0]);
    if (device == 0 || !viewer.may_see(device)) {
        answer_error(exchange, 404, kNoSuchDevice);
        co_return;
    }
    std::function<std::int64_t(Reader&)> work = [device](Reader& reader) {
        return reader.count_fixes(device);
    };
    const std::optional<std::int64_t> fixes = co_await parts_.reads.ask(exchange, std::move(work));
    if (fixes) answer_json(exchange, 200, fmt::format(R"({{"fixes":{}}})", *fixes));
}

net::Task<> DeviceApi::preview(Exchange& exchange, std::string problem, ReadDevice read) {
    const DeviceNumber device = device_number(exchange.parameters[0]);
    if (!problem.empty()) {
        answer_error(exchange, 400, problem);
        co_return;
    }
    std::function<std::optional<std::string>(Reader&)> work =
        [device, read = std::move(read)](Reader& reader) -> std::optional<std::string> {
        try {
            return read(reader, device);
        } catch (const daemon::UsageError&) {
            return std::nullopt;
        }
    };
    const std::optional<std::optional<std::string>> body =
        co_await parts_.reads.ask(exchange, std::move(work));
    if (!body) co_return;
    if (*body)
        answer_json(exchange, 200, **body);
    else
        answer_error(exchange, 404, kNoSuchDevice);
}

net::Task<> DeviceApi::preview_retention(Exchange& exchange) {
    Query query(exchange.request.query);
    const int days = static_cast<int>(query.number("days", 1, Retention::kMostDays));
    return preview(exchange, query.problem(), [days](Reader& reader, DeviceNumber device) {
        return retention_to_json(reader.retention_preview(device, days, unix_now()));
    });
}

net::Task<> DeviceApi::preview_thinning(Exchange& exchange) {
    Query query(exchange.request.query);
    const ThinningRule rule{static_cast<int>(query.number("days", 1, Retention::kMostDays)),
                            static_cast<int>(query.number("minutes", 1, Thinning::kMostMinutes))};
    return preview(exchange, query.problem(), [rule](Reader& reader, DeviceNumber device) {
        return thinning_to_json(reader.thinning_preview(device, rule, unix_now()));
    });
}

net::Task<> DeviceApi::setup(Exchange& exchange, Viewer) {
    SetupQuestion question;
    std::string problem;
    try {
        question = read_question(exchange.request.body, parts_.phones);
    } catch (const daemon::UsageError& error) {
        problem = error.what();
    }
    if (!problem.empty()) {
        answer_error(exchange, 400, problem);
        co_return;
    }
    std::function<std::optional<std::string>(Reader&)> work = [question](Reader& reader) mutable {
        return read_setups(reader, question);
    };
    const std::optional<std::optional<std::string>> body =
        co_await parts_.reads.ask(exchange, std::move(work));
    if (!body) co_return;
    if (*body)
        answer_json(exchange, 200, **body);
    else
        answer_error(exchange, 404, kNoSuchDevice);
}

void DeviceApi::hear_refused(std::string_view message) {
    std::vector<RefusalCase> cases;
    if (!read(message, cases)) return;
    // The newest of them comes first, and is to be the newest here.
    for (auto each = cases.rbegin(); each != cases.rend(); ++each) refused_.add(std::move(*each));
}

PhonePort phone_port_of(const ServiceStart& start) {
    PhonePort phones;
    phones.url = start.settings.public_devices_url;
    phones.port = start.target.port();
    phones.is_local = start.target.is_loopback();
    if (start.tls_target) {
        phones.tls_port = start.tls_target->port();
        phones.is_local = phones.is_local && start.tls_target->is_loopback();
    }
    phones.mqtt = start.settings.mqtt;
    const std::vector<net::Address> nmea = start.settings.nmea_addresses();
    if (!nmea.empty()) phones.nmea_port = std::to_string(nmea.front().port());
    return phones;
}

}  // namespace waymark::tracker
