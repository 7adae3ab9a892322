#include "worker.hh"

#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <climits>
#include <exception>
#include <functional>
#include <memory>
#include <utility>

#include "daemon/error.hh"
#include "daemon/without_write_signals.hh"
#include "net/socket_options.hh"

namespace waymark::httpd {

using daemon::Severity;
using net::http::Exchange;

namespace {

net::http::StaticFiles::Settings site_settings(Shared& shared) {
    net::http::StaticFiles::Settings settings;
    settings.precompressed = shared.options.precompressed;
    settings.gzip = shared.options.gzip_bytes > 0 ? &shared.gzip : nullptr;
    settings.listing = shared.options.listing;
    return settings;
}

std::string absolute_path(const std::string& path) {
    const std::unique_ptr<char, decltype(&std::free)> absolute(::realpath(path.c_str(), nullptr),
                                                               &std::free);
    if (!absolute) daemon::fail(errno, "open", path);
    return absolute.get();
}

}  // namespace

Shared::Shared(const Options& all, Logs& both_logs, Tls* over_tls)
    : options(all), logs(both_logs), tls(over_tls), gzip(all.gzip_bytes) {
    if (!all.error_pages.empty()) error_pages = net::http::ErrorPages(all.error_pages);
}

void Shared::reload() noexcept {
    logs.reopen();
    if (tls != nullptr) tls->reload();
}

Worker::Worker(Shared& shared)
    : shared_(shared),
      files_(shared.options.root, site_settings(shared)),
      server_(loop_, router_, shared.options.limits) {
    if (!shared.options.cgi_bin.empty()) add_programs();
    router_.add("GET", "/*", 0, std::ref(files_));
    server_.set_access(shared.options.access);
    server_.set_error_pages(&shared.error_pages);
    report_what_fails();
    server_.when_stopped([this] { loop_.stop(); });
}

void Worker::run() {
    const daemon::WithoutWriteSignals once_for_all_files;
    loop_.run();
}

void Worker::add_programs() {
    const Options& options = shared_.options;
    net::http::Cgi::Settings settings;
    settings.directory = options.cgi_bin;
    settings.is_secure = shared_.tls != nullptr;
    settings.document_root = absolute_path(options.root);
    settings.programs = options.cgi_programs;
    settings.running = &shared_.programs;
    settings.head = settings.silence = options.cgi_timeout;
    settings.whole = options.cgi_whole_timeout;
    settings.send = options.limits.send;
    settings.log = [this](std::string_view program, std::string_view line) {
        shared_.logs.say(Severity::warning, fmt::format("cgi {}: {}", program, line));
    };
    settings.local_redirect = [this](Exchange& exchange, std::string_view path) {
        files_.answer(exchange, path);
    };
    programs_.emplace(std::move(settings));
    for (const char* method : {"GET", "POST"})
        router_.add_streaming(method, "/cgi-bin/*", options.cgi_body,
                              [this](Exchange& exchange) { return (*programs_)(exchange); });
}

void Worker::report_what_fails() {
    Logs& logs = shared_.logs;
    server_.when_handler_fails([&logs](const std::exception_ptr& thrown) {
        logs.say(Severity::error, daemon::message_of(thrown));
    });
    if (logs.has_access_log())
        server_.when_answered(
            [&logs](const Exchange& exchange, int status) { logs.answered(exchange, status); });
    if (logs.wants(Severity::info))
        server_.when_refused([&logs](const net::Address& peer, const net::http::Refusal& refusal) {
            logs.say(Severity::info, fmt::format("{}: {}", peer.to_string(), refusal.reason));
        });
    server_.when_not_served(
        {.on_denied = {},
         .on_turned_away =
             [&logs](const net::Address& peer, net::ReachedLimit) {
                 logs.say(Severity::info, peer.to_string() + ": too many connections");
             },
         .on_exhausted =
             [&logs](int error) {
                 logs.say(Severity::error, "accept: " + daemon::error_text(error));
             },
         .on_not_secured =
             [&logs](const net::Address& peer, const std::string& why) {
                 logs.say(Severity::info, peer.to_string() + ": " + why);
             }});
}

void Worker::accept_on(net::Listener listener) {
    if (shared_.tls == nullptr) return server_.accept_on(std::move(listener));
    server_.accept_on(std::move(listener), [this] { return shared_.tls->session(); });
}

void Worker::serve(daemon::Fd client, const net::Address& peer) {
    daemon::set_nonblocking(client, true);
    if (peer.is_ip()) {
        net::send_without_delay(client);
        net::limit_unacknowledged(
            client, std::min(shared_.options.limits.send, std::chrono::milliseconds(INT_MAX)));
    }
    server_.serve(std::move(client), peer,
                  shared_.tls != nullptr ? shared_.tls->session() : nullptr);
    while (server_.open_connections() > 0) loop_.run_once();
}

void Worker::stop(daemon::Deadline deadline) {
    loop_.post([this, deadline] { server_.stop(deadline); });
}

}  // namespace waymark::httpd
