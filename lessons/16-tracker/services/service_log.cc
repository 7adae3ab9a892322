#include "services/service_log.hh"

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>

namespace waymark::tracker {

using daemon::LogOptions;
using daemon::LogTarget;

namespace {

LogTarget standard_error() {
    return is_journal_stream(std::getenv("JOURNAL_STREAM"), STDERR_FILENO)
               ? LogTarget::journal
               : LogTarget::standard_error;
}

}  // namespace

bool is_journal_stream(const char* journal_stream, int descriptor) {
    struct stat opened {};
    if (journal_stream == nullptr || ::fstat(descriptor, &opened) == -1) return false;
    return journal_stream == fmt::format("{}:{}", opened.st_dev, opened.st_ino);
}

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
