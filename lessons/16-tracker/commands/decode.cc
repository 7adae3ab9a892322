// `tracker decode` reads one message from standard input, as it would come over the wire, and
// prints what the server would answer and store. It is an HTTP request, or what comes another way:
// lines of NMEA or of gpsd, the payload of an MQTT message. It is the same code as in the receiver,
// without sockets: a way to find out why an app's messages are not taken, and the hook for test
// vectors.

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cmath>
#include <cstdio>
#include <iterator>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include <fmt/core.h>

#include "commands/command.hh"
#include "daemon/error.hh"
#include "memory_directory.hh"
#include "net/http/body_decoder.hh"
#include "net/http/request_parser.hh"
#include "protocol.hh"
#include "protocols/gpsd.hh"
#include "protocols/nmea_stream.hh"
#include "protocols/owntracks.hh"
#include "protocols/time_text.hh"
#include "store/data_folder.hh"
#include "store/devices.hh"
#include "store/open_database.hh"
#include "unix_time.hh"

namespace waymark::tracker {
namespace {

using nlohmann::ordered_json;
using DeviceNames = std::map<DeviceNumber, std::string>;

constexpr std::size_t kLargestInput = 2 * 1024 * 1024;

struct DecodeOptions {
    std::string now;
    std::string transport = "http";
    std::string topic = "owntracks/user/device";
    std::string device = "gpsd";
    DataChoice data;
};

std::string read_input() {
    std::string input(kLargestInput + 1, '\0');
    input.resize(std::fread(input.data(), 1, input.size(), stdin));
    if (input.size() > kLargestInput)
        throw daemon::UsageError("the input is larger than 2 MiB: give one request");
    return input;
}

// The value, or null, without the digits that a 32-bit float makes up in decimal.
ordered_json number_or_null(std::optional<float> value) {
    if (!value) return nullptr;
    return std::round(static_cast<double>(*value) * 1000) / 1000;
}

ordered_json to_json(const Fix& fix, const DeviceNames& names) {
    ordered_json object;
    object["device"] = names.at(fix.device);
    object["lat"] = fix.latitude_e7 / 1e7;
    object["lon"] = fix.longitude_e7 / 1e7;
    object["time"] = format_time(fix.time_ms);
    object["alt_m"] = number_or_null(fix.altitude_m);
    object["speed_mps"] = number_or_null(fix.speed_mps);
    object["course_deg"] = number_or_null(fix.course_deg);
    object["accuracy_m"] = number_or_null(fix.accuracy_m);
    object["battery_pct"] = number_or_null(fix.battery_percent);
    if (!fix.valid) object["valid"] = false;
    if (!fix.extras.empty()) object.update(ordered_json::parse(fix.extras));
    return object;
}

ordered_json to_json(const Decoded& decoded, const DeviceNames& names) {
    ordered_json object;
    object["status"] = decoded.status;
    object["body"] = decoded.body;
    if (!decoded.header_name.empty()) object["header"][decoded.header_name] = decoded.header_value;
    if (!decoded.error.empty()) object["error"] = decoded.error;
    if (!decoded.field.empty()) object["field"] = decoded.field;
    object["fixes"] = ordered_json::array();
    for (const Fix& fix : decoded.fixes) object["fixes"].push_back(to_json(fix, names));
    object["quarantine"] = ordered_json::array();
    for (const Quarantined& point : decoded.quarantined)
        object["quarantine"].push_back({{"index", point.index}, {"reason", point.reason}});
    if (decoded.heartbeat) {
        object["device_seen"] = names.at(decoded.heartbeat->device);
        object["battery_pct"] = number_or_null(decoded.heartbeat->battery_percent);
    }
    return object;
}

void refuse(const net::http::Refusal& refusal, Decoded& decoded) {
    decoded.refuse(refusal.status, "bad_request", refusal.reason);
}

// Reads head and body; false if the HTTP itself is refused, as the server would.
bool read_request(std::string& input, net::http::RequestParser& parser, net::http::Request& request,
                  Decoded& decoded) {
    using net::http::BodyDecoder;
    using State = net::http::RequestParser::State;
    const State state = parser.parse(input);
    if (state == State::incomplete)
        throw daemon::UsageError("the input ends within the head of the request");
    if (state == State::refused) {
        refuse(parser.refusal(), decoded);
        return false;
    }
    const std::span<char> rest = std::span(input).subspan(parser.head_size());
    request = parser.request(input);
    BodyDecoder body(parser.framing(), largest_body(request.path));
    if (body.state() == BodyDecoder::State::incomplete) body.decode(rest);
    if (body.state() == BodyDecoder::State::refused) {
        refuse(body.refusal(), decoded);
        return false;
    }
    if (body.state() == BodyDecoder::State::incomplete)
        throw daemon::UsageError("the input ends within the body of the request");
    // A request typed by hand may leave the length out: then the rest of the input is its body.
    const bool has_no_length = parser.framing().kind == net::http::Framing::Kind::none;
    request.body = {rest.data(), has_no_length ? rest.size() : body.size()};
    return true;
}

template <class Read>
void each_line(std::string_view input, const Read& read) {
    while (!input.empty()) {
        const std::size_t end = input.find('\n');
        read(input.substr(0, end));
        input.remove_prefix(end == std::string_view::npos ? input.size() : end + 1);
    }
}

void decode_nmea(std::string_view input, const MemoryDirectory& devices, UnixMillis now,
                 Decoded& decoded) {
    NmeaStream stream;
    each_line(input, [&](std::string_view line) { stream.read_line(line, devices, now, decoded); });
    stream.flush(now, decoded);
}

void decode_gpsd(std::string_view input, const KnownDevice& device, UnixMillis now,
                 Decoded& decoded) {
    GpsdStream stream;
    each_line(input, [&](std::string_view line) { stream.read_line(line, device, now, decoded); });
}

void decode_input(const DecodeOptions& options, Connection& connection,
                  const MemoryDirectory& devices, UnixMillis now, Decoded& decoded) {
    std::string input = read_input();
    if (options.transport == "nmea") {
        decode_nmea(input, devices, now, decoded);
    } else if (options.transport == "gpsd") {
        const KnownDevice device{Devices(connection).number_of(options.device), {}};
        decode_gpsd(input, device, now, decoded);
    } else if (options.transport == "mqtt") {
        owntracks_decode_published(options.topic, input, devices, now, decoded);
    } else {
        net::http::RequestParser parser;
        net::http::Request request;
        if (read_request(input, parser, request, decoded)) decode(request, devices, now, decoded);
    }
}

void run_decode(const DecodeOptions& options) {
    const std::optional<UnixMillis> now =
        options.now.empty() ? unix_now() : parse_time(options.now);
    if (!now)
        throw daemon::UsageError(
            fmt::format("--now {} is not a time: write 2026-01-15T12:00:00Z", options.now));
    Connection connection = open_for_reading(options.data.location());
    MemoryDirectory directory;
    for (const DirectoryEntry& entry : read_directory(connection)) directory.add(entry);
    DeviceNames names;
    for (const Device& device : Devices(connection).list()) names[device.number] = device.name;

    Decoded decoded;
    decode_input(options, connection, directory, *now, decoded);
    fmt::print("{}\n", to_json(decoded, names).dump());
}

}  // namespace

void add_decode(CLI::App& app) {
    CLI::App* const command = app.add_subcommand(
        "decode",
        "Print what the server would answer to the message on standard input, and store, as JSON");
    const auto options = std::make_shared<DecodeOptions>();
    command->add_option("--now", options->now, "The server's clock (default: now)");
    command
        ->add_option("--transport", options->transport,
                     "How it comes: http (one request; the default), nmea or gpsd (lines), mqtt (a "
                     "payload)")
        ->check(CLI::IsMember({"http", "nmea", "gpsd", "mqtt"}));
    command->add_option("--topic", options->topic, "With mqtt: its topic, owntracks/USER/DEVICE");
    command->add_option("--device", options->device, "With gpsd: the name of the device there");
    add_data_options(*command, options->data);
    command->callback([options] { run_decode(*options); });
}

}  // namespace waymark::tracker
