#include "web_app/phone_setup.hh"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "net/http/url.hh"
#include "protocols/extras.hh"
#include "services/call_target.hh"
#include "web_app/base64.hh"

namespace waymark::tracker {
namespace {

constexpr std::size_t kLongestUrl = 200;
constexpr std::string_view kPlain =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
// Any user does: a token is of one device alone.
constexpr std::string_view kAnyUser = "waymark";

std::string percent_encoded(std::string_view text) {
    std::string encoded;
    for (const char c : text) {
        if (kPlain.find(c) != std::string_view::npos)
            encoded += c;
        else
            encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return encoded;
}

struct UrlParts {
    std::string_view authority, host, path;
    std::string port;
};

UrlParts split_url(std::string_view url) {
    const bool is_secure = url.starts_with("https://");
    url.remove_prefix(is_secure ? 8 : 7);
    UrlParts parts;
    parts.authority = url.substr(0, url.find('/'));
    parts.path = url.substr(parts.authority.size());
    const std::size_t bracket = parts.authority.rfind(']');
    const std::size_t colon = parts.authority.rfind(':');
    const bool has_port =
        colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
    parts.host = parts.authority.substr(0, has_port ? colon : std::string_view::npos);
    parts.port = has_port    ? std::string(parts.authority.substr(colon + 1))
                 : is_secure ? "443"
                             : "80";
    return parts;
}

PhoneSetup named(std::string_view key, std::string_view name, std::string_view systems,
                 std::string_view where) {
    PhoneSetup setup;
    setup.key = key;
    setup.name = name;
    setup.systems = systems;
    setup.where = where;
    return setup;
}

// What goes to several apps.
struct Setup {
    const SetupFacts& facts;
    const std::string& url = facts.url;
    const std::string& token = facts.token;

    std::string identifier() const {
        return facts.identifiers.empty() ? std::string() : facts.identifiers.front();
    }
    PhoneSetup by_token(PhoneSetup setup) const {
        if (token.empty()) {
            setup.needs = "token";
            setup.fields.clear();
            setup.link.clear();
            setup.code.clear();
        }
        return setup;
    }
    PhoneSetup by_identifier(PhoneSetup setup) const {
        if (identifier().empty()) {
            setup.needs = "identifier";
            setup.fields.clear();
        }
        return setup;
    }
};

// The app reads it in its settings: what stands before the '?' is the server, "id" the identifier
// (traccar/traccar-client, lib/configuration_service.dart and lib/qr_code_screen.dart). It took
// links as well, and does no longer (traccar/traccar issue 6027).
PhoneSetup traccar_client(const Setup& setup) {
    const std::string name = setup.token.empty() ? setup.identifier() : setup.token;
    PhoneSetup app = named("traccar", "Traccar Client", "Android, iOS", "Settings");
    app.fields = {{"Device identifier", name}, {"Server URL", setup.url}};
    app.code = fmt::format("{}/?id={}", setup.url, percent_encoded(name));
    app.code_advice = "Scan it inside the app: Settings, then the symbol of a QR code.";
    if (setup.token.empty() && !name.empty())
        app.note =
            "With this identifier anybody who guesses it can send as this device. With a new token "
            "in its place nobody can.";
    if (name.empty()) return setup.by_token(app);
    return app;
}

PhoneSetup osmand(const Setup& setup) {
    PhoneSetup app =
        named("osmand", "OsmAnd", "Android", "Plugins, Trip recording, Settings, Online tracking");
    app.fields = {{"Online tracking web address",
                   setup.url + "/osmand/" + setup.token +
                       "?lat={0}&lon={1}&timestamp={2}&hdop={3}&altitude={4}&speed={5}"
                       "&bearing={6}"}};
    return setup.by_token(app);
}

PhoneSetup gpslogger(const Setup& setup) {
    PhoneSetup app =
        named("gpslogger", "GPSLogger", "Android", "Logging details, Log to custom URL");
    app.fields = {{"URL", fmt::format("{}/gpslogger/{}?%ALL", setup.url, setup.token)},
                  {"HTTP Method", "GET"}};
    return setup.by_token(app);
}

// Base64 that needs no '=', since the blanks at the end of JSON mean nothing; what else an address
// cannot have is escaped.
std::string config_parameter(std::string json) {
    while (json.size() % 3 != 0) json += ' ';
    return percent_encoded(to_base64(json));
}

// The link: owntracks.org/booklet/features/remoteconfig, "URL config"; its members:
// owntracks.org/booklet/tech/json, "_type=configuration". It is for a click, so the code is for
// the phone's camera, which opens links.
PhoneSetup owntracks_http(const Setup& setup) {
    const std::string address = setup.url + "/pub";
    PhoneSetup app = named("owntracks-http", "OwnTracks", "Android, iOS",
                           "Preferences, Connection; on iOS the (i), Settings");
    app.fields = {{"Mode", "HTTP"},
                  {"URL", address},
                  {"UserID or user name", std::string(kAnyUser)},
                  {"Password", setup.token}};
    app.link = "owntracks:///config?inline=" +
               config_parameter(fmt::format(
                   R"({{"_type":"configuration","mode":3,"url":{},"auth":true,"username":"{}",)"
                   R"("password":{}}})",
                   json_string(address), kAnyUser, json_string(setup.token)));
    app.code = app.link;
    app.code_advice = "Scan it with the phone's camera; it opens OwnTracks.";
    return setup.by_token(app);
}

PhoneSetup owntracks_mqtt(const Setup& setup) {
    PhoneSetup app = named("owntracks-mqtt", "OwnTracks over MQTT", "Android, iOS",
                           "Preferences, Connection; on iOS the (i), Settings");
    if (setup.facts.mqtt.empty()) {
        app.needs = "server";
        app.note =
            "This server asks no MQTT broker. Start it with --mqtt HOST:PORT to hear phones that "
            "publish there.";
        return app;
    }
    const auto topic = std::ranges::find_if(setup.facts.identifiers, [](const std::string& each) {
        return each.find('/') != std::string::npos;
    });
    if (topic == setup.facts.identifiers.end()) {
        app.needs = "identifier";
        app.note = "It is USER/DEVICE in small letters, such as alice/phone.";
        return app;
    }
    const std::size_t slash = topic->find('/');
    const CallTarget broker = parse_mqtt(setup.facts.mqtt);
    app.fields = {{"Mode", "MQTT"},
                  {"Host and port", broker.host_and_port},
                  {"TLS", broker.is_secured ? "on" : "off"},
                  {"UserID or user name", topic->substr(0, slash)},
                  {"Device ID", topic->substr(slash + 1)}};
    app.note =
        "Host and port are what this server calls; from the phone the broker may have another "
        "name. User and password are the broker's, so ask whoever runs it.";
    return app;
}

// The link: aaronpk/Overland-iOS, README.md, "Configuration by Custom URL".
PhoneSetup overland(const Setup& setup) {
    const std::string address = setup.url + "/overland";
    PhoneSetup app = named("overland", "Overland", "iOS", "Settings, Receiver Endpoint");
    app.fields = {{"Receiver Endpoint", address}, {"Access Token", setup.token}};
    app.link = fmt::format("overland://setup?url={}&token={}", percent_encoded(address),
                           percent_encoded(setup.token));
    app.code = app.link;
    app.code_advice = "Scan it with the phone's camera; it opens Overland.";
    return setup.by_token(app);
}

// The link: colota.app/docs/guides/deep-link-setup, "URL Format" and "Parameter Reference".
PhoneSetup colota(const Setup& setup) {
    PhoneSetup app = named("colota", "Colota", "Android", "Settings, the server's");
    app.fields = {{"Endpoint", fmt::format("{}/colota/{}", setup.url, setup.token)},
                  {"API template", "Custom"}};
    app.link = "colota://setup?config=" +
               config_parameter(
                   fmt::format(R"({{"endpoint":{},"apiTemplate":"custom","httpMethod":"POST",)"
                               R"("auth":{{"type":"bearer","bearerToken":{}}}}})",
                               json_string(setup.url + "/colota"), json_string(setup.token)));
    app.code = app.link;
    app.code_advice = "Scan it with the phone's camera; Colota shows it and asks.";
    return setup.by_token(app);
}

// Labels: bfabiszewski/ulogger-android, app/src/main/res/values/strings.xml.
PhoneSetup ulogger(const Setup& setup) {
    PhoneSetup app = named("ulogger", "\xCE\xBClogger", "Android", "Settings, Server");
    app.fields = {
        {"User name", std::string(kAnyUser)}, {"Password", setup.token}, {"Server URL", setup.url}};
    app.note = "Switch on \xE2\x80\x9CLive synchronization\xE2\x80\x9D.";
    return setup.by_token(app);
}

PhoneSetup phonetrack(const Setup& setup) {
    PhoneSetup app = named("phonetrack", "Apps that log to PhoneTrack", "Android",
                           "wherever the app asks for an address of Nextcloud PhoneTrack");
    app.fields = {{"Address", fmt::format("{}/index.php/apps/phonetrack/logGet/{}/phone"
                                          "?lat=%LAT&lon=%LON&timestamp=%TIMESTAMP",
                                          setup.url, setup.token)},
                  {"Server", setup.url},
                  {"Token", setup.token}};
    app.note =
        "An app that knows PhoneTrack wants server and token; one that does not wants the address, "
        "with its own placeholders behind the equals signs.";
    return setup.by_token(app);
}

// Labels: bilde2910/Hauk, android/app/src/main/res/values/strings.xml.
PhoneSetup hauk(const Setup& setup) {
    PhoneSetup app = named("hauk", "Hauk", "Android", "the first screen");
    app.fields = {{"Server URL", setup.url + "/"},
                  {"Password", setup.token},
                  {"Sharing mode", "Share my own location only"}};
    app.note = "The link that the app shows leads nowhere: this map is where the phone is seen.";
    return setup.by_token(app);
}

PhoneSetup opengts(const Setup& setup, const UrlParts& url) {
    PhoneSetup app = named("opengts", "OpenGTS (GPSLogger and trackers)", "Android, trackers",
                           "in GPSLogger: Auto send, OpenGTS server");
    app.fields = {{"Server", std::string(url.host)},
                  {"Port", url.port},
                  {"Server path", std::string(url.path) + "/opengts"},
                  {"Device ID", setup.identifier()}};
    return setup.by_identifier(app);
}

PhoneSetup nmea(const Setup& setup, const UrlParts& url) {
    PhoneSetup app = named("nmea", "Trackers that send NMEA", "trackers",
                           "the tracker's manual, by SMS or cable");
    if (setup.facts.nmea_port.empty()) {
        app.needs = "server";
        app.note = "This server hears no NMEA. Start it with --listen-nmea *:5005 to hear it.";
        return app;
    }
    app.fields = {{"Server", std::string(url.host)},
                  {"Port, TCP or UDP", setup.facts.nmea_port},
                  {"Number (IMEI)", setup.identifier()}};
    return setup.by_identifier(app);
}

}  // namespace

std::string problem_with_url(std::string_view url) {
    if (url.size() > kLongestUrl)
        return fmt::format("The address is longer than {} bytes.", kLongestUrl);
    if (!url.starts_with("http://") && !url.starts_with("https://"))
        return "The address must begin with http:// or https://, as in http://192.0.2.1:5055.";
    const UrlParts parts = split_url(url);
    if (!net::http::names_host(parts.authority))
        return "The address names no host, as in http://192.0.2.1:5055.";
    if (url.find_first_not_of(std::string(kPlain) + "/:[]") != std::string_view::npos ||
        parts.path.find_first_of("[]") != std::string_view::npos)
        return "The address has letters in it that an app may not take: use a to z, 0 to 9 and "
               "- . _ ~ / only.";
    if (url.ends_with('/')) return "The address ends with a slash: leave that out.";
    return {};
}

std::vector<PhoneSetup> phone_setups(const SetupFacts& facts) {
    const Setup setup{facts};
    const UrlParts url = split_url(facts.url);
    return {traccar_client(setup), owntracks_http(setup), osmand(setup),       gpslogger(setup),
            overland(setup),       colota(setup),         ulogger(setup),      hauk(setup),
            phonetrack(setup),     owntracks_mqtt(setup), opengts(setup, url), nmea(setup, url)};
}

}  // namespace waymark::tracker
