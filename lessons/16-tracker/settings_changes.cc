// What `tracker reload` cannot change: the settings that are read once, at the start.

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

#include "settings.hh"

namespace waymark::tracker {

std::string Settings::changes_that_need_a_start(const Settings& other) const {
    const std::pair<std::string_view, bool> differ[] = {
        {"data", data != other.data},
        {"store", store != other.store},
        {"listen-devices", listen_devices != other.listen_devices},
        {"listen-devices-tls", listen_devices_tls != other.listen_devices_tls},
        {"listen-nmea", listen_nmea != other.listen_nmea},
        {"listen-web", listen_web != other.listen_web},
        {"web-certificate", web_certificate != other.web_certificate},
        {"web-key", web_key != other.web_key},
        {"mqtt", mqtt != other.mqtt || mqtt_user != other.mqtt_user ||
                     mqtt_password != other.mqtt_password || mqtt_client != other.mqtt_client ||
                     mqtt_authority != other.mqtt_authority},
        {"gpsd", gpsd != other.gpsd || gpsd_device != other.gpsd_device},
        {"web-hooks", web_hooks != other.web_hooks},
        {"forward", forward != other.forward || forward_authority != other.forward_authority},
        {"public-devices-url", public_devices_url != other.public_devices_url},
        {"metrics-token", metrics_token != other.metrics_token},
        {"site", site != other.site},
        {"map", map != other.map},
        {"user", user != other.user},
        {"log", log != other.log},
        {"receivers", receivers != other.receivers},
        {"threads", threads != other.threads},
        {"foreground", foreground != other.foreground},
        {"one-process", one_process != other.one_process},
        {"demo", demo != other.demo},
    };
    std::string keys;
    for (const auto& [key, is_different] : differ)
        if (is_different) keys += fmt::format("{}{}", keys.empty() ? "" : ", ", key);
    return keys;
}

}  // namespace waymark::tracker
