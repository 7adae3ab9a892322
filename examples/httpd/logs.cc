#include "logs.hh"

#include <fmt/format.h>
#include <sys/mman.h>

#include <cerrno>
#include <new>
#include <string>

#include "daemon/error.hh"

namespace waymark::httpd {

using daemon::Severity;

void Logs::Unmap::operator()(Count* count) const {
    ::munmap(count, sizeof *count);
}

Logs::Logs(const Options& options) : level_(options.log_level) {
    static_assert(Count::is_always_lock_free);
    void* const shared =
        ::mmap(nullptr, sizeof(Count), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) daemon::fail(errno, "mmap");
    asked_.reset(new (shared) Count(0));
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
    asked_->fetch_add(1);
    follow();
}

// One thread does it; the others write to the old file meanwhile, which is no loss.
void Logs::follow() noexcept {
    const unsigned asked = asked_->load(std::memory_order_relaxed);
    if (done_.load(std::memory_order_relaxed) == asked) return;
    if (done_.exchange(asked) == asked) return;
    if (errors_) errors_->reopen();
    const int error = access_ ? access_->reopen() : 0;
    const bool had_failed = has_failed_.exchange(error != 0);
    if (error != 0 && !had_failed)
        say(Severity::error, fmt::format("cannot open {} again: {}; going on with the old file",
                                         access_->path(), daemon::error_text(error)));
}

}  // namespace waymark::httpd
