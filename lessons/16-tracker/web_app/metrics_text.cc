#include "web_app/metrics_text.hh"

#include <fmt/format.h>

#include "services/commit_times.hh"

namespace waymark::tracker {
namespace {

enum class Of { service, server };  // a sample of each service that has the number, or one

struct Metric {
    std::string_view name;
    std::string_view type;
    Of of;
    std::string_view key;
    std::string_view help;
};

constexpr Metric kMetrics[] = {
    {"waymark_uptime_seconds", "gauge", Of::server, "server_uptime_s",
     "Since the server was started."},
    {"waymark_process_memory_bytes", "gauge", Of::service, "memory_bytes",
     "Memory, shared pages by their share (PSS)."},
    {"waymark_connections", "gauge", Of::service, "open_connections", "Connections that are open."},
    {"waymark_connections_total", "counter", Of::service, "connections",
     "Connections that were accepted."},
    {"waymark_http_requests_total", "counter", Of::service, "requests",
     "HTTP requests that were answered."},
    {"waymark_http_refused_requests_total", "counter", Of::service, "refused_requests",
     "HTTP requests that could not be read."},
    {"waymark_connections_denied_total", "counter", Of::service, "denied",
     "Connections refused by the access list."},
    {"waymark_connections_turned_away_total", "counter", Of::service, "turned_away",
     "Connections refused because too many were open."},
    {"waymark_viewers", "gauge", Of::server, "viewers", "Pages that follow the map."},
    {"waymark_fixes_stored_total", "counter", Of::server, "fixes_stored",
     "Fixes that are on disk."},
    {"waymark_fixes_duplicate_total", "counter", Of::server, "duplicates",
     "Fixes that were there already."},
    {"waymark_points_quarantined_total", "counter", Of::server, "quarantined",
     "Points that are kept in quarantine."},
    {"waymark_commits_total", "counter", Of::server, "commits", "Commits that are on disk."},
    {"waymark_commits_failed_total", "counter", Of::server, "failed_commits",
     "Commits that failed; the phones were told to come again."},
    {"waymark_queue_bytes", "gauge", Of::service, "unanswered_bytes",
     "What waits for the store and is not acknowledged."},
    {"waymark_not_durable_total", "counter", Of::service, "not_durable",
     "Messages that were answered with 503, because nothing was stored."},
    {"waymark_quarantine_full_total", "counter", Of::service, "quarantine_full",
     "Messages that were answered with 503, because the quarantine is full."},
    {"waymark_quarantine_bytes", "gauge", Of::server, "quarantine_bytes", "What is in quarantine."},
    {"waymark_database_bytes", "gauge", Of::server, "database_bytes", "Size of the database."},
    {"waymark_database_log_bytes", "gauge", Of::server, "log_bytes",
     "Size of its write-ahead log."},
    {"waymark_disk_bytes", "gauge", Of::server, "disk_bytes", "Size of the disk that it is on."},
    {"waymark_disk_free_bytes", "gauge", Of::server, "disk_free_bytes", "Free on that disk."},
};

void begin_metric(std::string& text, std::string_view name, std::string_view type,
                  std::string_view help) {
    text += fmt::format("# HELP {0} {2}\n# TYPE {0} {1}\n", name, type, help);
}

std::string service_label(const ServiceFigures& service) {
    return fmt::format("{{service=\"{}\"}}", escaped_label(service.name));
}

void add_metric(std::string& text, const Metric& metric, const ServerFigures& figures) {
    std::string samples;
    for (const ServiceFigures& service : figures.services) {
        if (!service.has(metric.key)) continue;
        const bool is_of_service = metric.of == Of::service;
        samples +=
            fmt::format("{}{} {}\n", metric.name, is_of_service ? service_label(service) : "",
                        service.number(metric.key));
        if (!is_of_service) break;  // a second sample without a label would be an error
    }
    if (samples.empty()) return;
    begin_metric(text, metric.name, metric.type, metric.help);
    text += samples;
}

void add_services(std::string& text, const ServerFigures& figures) {
    begin_metric(text, "waymark_service_up", "gauge", "Whether the service serves and answers.");
    for (const ServiceFigures& service : figures.services)
        text += fmt::format("waymark_service_up{} {}\n", service_label(service),
                            service.is_up && service.answers ? 1 : 0);
    begin_metric(text, "waymark_service_starts_total", "counter",
                 "How often the service was started.");
    for (const ServiceFigures& service : figures.services)
        text += fmt::format("waymark_service_starts_total{} {}\n", service_label(service),
                            service.starts);
}

void add_reasons(std::string& text, const ServerFigures& figures) {
    begin_metric(text, "waymark_messages_refused_total", "counter",
                 "Messages that were refused or sent into quarantine, by reason.");
    for (const ServiceFigures& service : figures.services)
        for (const auto& [outcome, reasons] :
             {std::pair{"refused", &service.refused_by_reason},
              std::pair{"quarantined", &service.quarantined_by_reason}})
            for (const auto& [reason, count] : *reasons)
                text += fmt::format(
                    "waymark_messages_refused_total{{service=\"{}\",outcome=\"{}\","
                    "reason=\"{}\"}} {}\n",
                    escaped_label(service.name), outcome, escaped_label(reason), count);
}

void add_forward(std::string& text, const ServerFigures& figures) {
    struct ForwardMetric {
        std::string_view name, type, help;
        std::int64_t (*value)(const ForwardFigures&);
    };
    static constexpr ForwardMetric kForwardMetrics[] = {
        {"waymark_forward_connected", "gauge",
         "Whether the server answered when it was asked last.",
         [](const ForwardFigures& forward) -> std::int64_t { return forward.is_connected; }},
        {"waymark_forward_waiting", "gauge",
         "Fixes that wait to be sent to it, as far as 100000, when it was asked last.",
         [](const ForwardFigures& forward) { return forward.waiting; }},
        {"waymark_forward_sent_total", "counter", "Fixes that it has taken.",
         [](const ForwardFigures& forward) { return forward.sent; }},
        {"waymark_forward_refused_total", "counter",
         "Fixes that it has refused; they are left out.",
         [](const ForwardFigures& forward) { return forward.refused; }},
    };
    const ServiceFigures* const caller = figures.find("caller");
    if (caller == nullptr || caller->forward.empty()) return;
    for (const ForwardMetric& metric : kForwardMetrics) {
        begin_metric(text, metric.name, metric.type, metric.help);
        for (const ForwardFigures& forward : caller->forward)
            text += fmt::format("{}{{to=\"{}\"}} {}\n", metric.name, escaped_label(forward.to),
                                metric.value(forward));
    }
}

// Microseconds as seconds, without a detour by floating point.
std::string in_seconds(std::int64_t us) {
    return fmt::format("{}.{:06}", us / 1'000'000, us % 1'000'000);
}

void add_commit_times(std::string& text, const ServerFigures& figures) {
    constexpr std::string_view kName = "waymark_commit_seconds";
    const ServiceFigures* const store = figures.find("store");
    if (store == nullptr || store->commits_within.size() != CommitTimes::kBoundsUs.size() + 1)
        return;
    begin_metric(text, kName, "histogram", "How long a commit took, its sync included.");
    for (std::size_t place = 0; place < CommitTimes::kBoundsUs.size(); ++place)
        text += fmt::format("{}_bucket{{le=\"{}\"}} {}\n", kName,
                            static_cast<double>(CommitTimes::kBoundsUs[place]) / 1e6,
                            store->commits_within[place]);
    const std::int64_t all = store->commits_within.back();
    text += fmt::format("{0}_bucket{{le=\"+Inf\"}} {1}\n{0}_sum {2}\n{0}_count {1}\n", kName, all,
                        in_seconds(store->number("commit_us")));
}

}  // namespace

std::string escaped_label(std::string_view value) {
    std::string escaped;
    for (const char c : value) {
        if (c == '\\' || c == '"') escaped += '\\';
        if (c == '\n')
            escaped += "\\n";
        else
            escaped += c;
    }
    return escaped;
}

std::string metrics_text(const ServerFigures& figures, std::string_view version) {
    std::string text;
    begin_metric(text, "waymark_build_info", "gauge", "The version, as a label.");
    text += fmt::format("waymark_build_info{{version=\"{}\"}} 1\n", escaped_label(version));
    add_services(text, figures);
    for (const Metric& metric : kMetrics) add_metric(text, metric, figures);
    add_reasons(text, figures);
    add_forward(text, figures);
    add_commit_times(text, figures);
    return text;
}

}  // namespace waymark::tracker
