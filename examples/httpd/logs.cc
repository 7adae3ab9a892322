#include "logs.hh"

#include <fmt/format.h>

#include <string>

#include "daemon/error.hh"

namespace waymark::httpd {

using daemon::Severity;

Logs::Logs(const Options& options) : level_(options.log_level) {
    if (!options.access_log.empty()) access_.emplace(options.access_log);
    if (!options.error_log.empty())
        errors_.emplace(daemon::LogOptions{.target = daemon::LogTarget::file,
                                           .path = options.error_log,
                                           .program = "httpd",
                                           .level = options.log_level});
}

void Logs::answered(const net::http::Exchange& exchange, int status) noexcept {
    if (!access_) return;
    follow();
    access_->write(exchange, status);
}

void Logs::say(Severity severity, std::string_view message) noexcept {
    if (!wants(severity)) return;
    follow();
    if (!errors_) return daemon::print_error("httpd", message);
    if (severity <= Severity::error)
        errors_->error("{}", message);
    else if (severity == Severity::warning)
        errors_->warning("{}", message);
    else if (severity == Severity::notice)
        errors_->notice("{}", message);
    else
        errors_->info("{}", message);
}

void Logs::reopen() noexcept {
    renamed_.count();
    follow();
}

// One thread does it; the others write to the old file meanwhile, which is no loss.
void Logs::follow() noexcept {
    if (!renamed_.has_changed()) return;
    if (errors_) errors_->reopen();
    const int error = access_ ? access_->reopen() : 0;
    const bool had_failed = has_failed_.exchange(error != 0);
    if (error != 0 && !had_failed)
        say(Severity::error, fmt::format("cannot open {} again: {}; going on with the old file",
                                         access_->path(), daemon::error_text(error)));
}

}  // namespace waymark::httpd
