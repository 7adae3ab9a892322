// What a person types into each app so that its phone is heard here: field by field, and where the
// app takes it, as a link or a QR code. The server understands what stands here; the test sends it.
//
// A link or a code is offered only where a document or the source of the app says that it takes
// one; phone_setup.cc names it beside each.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace waymark::tracker {

struct SetupField {
    std::string label;  // as the app calls it
    std::string value;
};

struct PhoneSetup {
    std::string key;      // "owntracks-http"
    std::string name;     // "OwnTracks over HTTP"
    std::string systems;  // "Android, iOS"
    std::string where;    // the way to the fields in the app
    std::vector<SetupField> fields;
    std::string link;         // that opens the app and sets it up; "" where there is none
    std::string code;         // what a QR code says that the app reads; "" where there is none
    std::string code_advice;  // with what to scan it
    std::string note;
    // "" or what must be there before the app can be set up: "token", "identifier", "server".
    std::string needs;
};

struct SetupFacts {
    std::string url;    // of the port for phones, as phones reach it, without a slash at its end
    std::string token;  // of the device; "" where it is not known, since only its hash is kept
    std::vector<std::string> identifiers;
    std::string mqtt;       // HOST:PORT of the broker that the server asks; "": none
    std::string nmea_port;  // "5005"; "": NMEA is not heard
};

// Nothing if `url` is http:// or https:// with a host, maybe a port and a path of plain letters, of
// at most 200 bytes; otherwise what is wrong with it.
std::string problem_with_url(std::string_view url);

// For all apps. problem_with_url(facts.url) must be "".
std::vector<PhoneSetup> phone_setups(const SetupFacts& facts);

}  // namespace waymark::tracker
