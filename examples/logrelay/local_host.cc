#include "local_host.hh"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <ctime>

#include "syslog_message.hh"

namespace waymark::logrelay {

std::string own_host_name() {
    std::array<char, kLongestHost + 1> name{};
    const bool is_known = ::gethostname(name.data(), name.size() - 1) == 0;
    const std::string text = name.data();
    const bool is_field = std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
    return is_known && is_field && !text.empty() ? text : "localhost";
}

Timestamp local_now() {
    using namespace std::chrono;
    const auto now = floor<microseconds>(system_clock::now());
    const std::time_t seconds = system_clock::to_time_t(now);
    std::tm local{};
    ::localtime_r(&seconds, &local);
    return {now, duration_cast<minutes>(std::chrono::seconds(local.tm_gmtoff)), 6};
}

std::string own_message(std::string_view host, std::string_view kind, std::string_view text) {
    SyslogMessage message;
    message.facility = 5;
    message.severity = daemon::Severity::warning;
    message.time = local_now();
    message.host = host;
    message.program = "logrelay";
    message.process = std::to_string(::getpid());
    message.kind = kind;
    message.text = text;
    return to_rfc5424(message);
}

}  // namespace waymark::logrelay
