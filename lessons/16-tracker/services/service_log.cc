#include "services/service_log.hh"

#include <cstdlib>
#include <utility>

namespace waymark::tracker {

using daemon::LogOptions;
using daemon::LogTarget;

namespace {

LogTarget standard_error() {
    // Set by systemd when stderr leads to the journal (systemd.exec(5)).
    return std::getenv("JOURNAL_STREAM") != nullptr ? LogTarget::journal
                                                    : LogTarget::standard_error;
}

}  // namespace

LogOptions log_options(const Settings& settings, std::string program) {
    LogOptions options{.target = standard_error(),
                       .program = std::move(program),
                       .level = settings.reloadable.level()};
    if (settings.log == "stderr" || (settings.log.empty() && settings.foreground)) return options;
    if (settings.log == "syslog") {
        options.target = LogTarget::syslog;
        return options;
    }
    options.target = LogTarget::file;
    options.path = settings.log.empty() ? settings.data + "/tracker.log" : settings.log;
    return options;
}

}  // namespace waymark::tracker
