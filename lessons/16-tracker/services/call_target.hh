// The settings `mqtt` and `gpsd`: whom the caller calls.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace waymark::tracker {

struct CallTarget {
    std::string host_and_port;  // for net/resolve
    std::string host;           // without brackets: whom the certificate must be of
    std::uint16_t port = 0;
    bool is_secured = false;  // by TLS
};

// Whether somebody can be called so, and have a certificate of it: an IP address, without brackets,
// or a name of DNS. Such a name need not be there.
bool is_host_to_call(std::string_view host);

// "HOST:PORT", as "localhost:2947" or "[::1]:2947". Throws UsageError, which begins with "gpsd: "
// and names the text.
CallTarget parse_gpsd(std::string_view text);

// The same, or as a URL: "mqtt://HOST", with port 1883 unless it says another, and "mqtts://HOST",
// by TLS and with port 8883 (the ports: IANA, mqtt and secure-mqtt). Throws UsageError, which
// begins with "mqtt: ".
CallTarget parse_mqtt(std::string_view text);

}  // namespace waymark::tracker
