// The command line of logrelay-client.

#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "greeting.hh"
#include "reconnect_pause.hh"

namespace waymark::logrelay {

enum class LineForm { local, rfc5424 };

struct ClientOptions {
    std::string relay;  // "HOST:PORT"
    bool plaintext = false;
    std::string certificate;  // ours, with those between it and the authority
    std::string key;
    std::string authority;        // whose relay is believed
    std::string name;             // what the relay's certificate says; that of `relay` if empty
    std::string to = "/dev/log";  // "-" is standard output
    LineForm form = LineForm::local;
    std::string from = "now";  // as in a greeting
    std::string place_file;
    PauseLimits pauses;
    std::chrono::milliseconds connect_time{10'000};
    std::chrono::milliseconds hand_over_time{1'000};

    bool is_to_stdout() const { return to == "-"; }
};

// Nothing if only help was asked for, and given. Throws UsageError for what is wrong.
std::optional<ClientOptions> parse_client_options(int argument_count, char** arguments);

}  // namespace waymark::logrelay
