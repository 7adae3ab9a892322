// The figures of the server as Prometheus reads them: the text format, version 0.0.4
// (prometheus.io/docs/instrumenting/exposition_formats). Names have a unit where they measure
// something (seconds, bytes), and what only grows ends in _total. A counter begins at 0 when its
// service is started; Prometheus knows how to read that.

#pragma once

#include <string>
#include <string_view>

#include "web_app/server_figures.hh"

namespace waymark::tracker {

inline constexpr std::string_view kMetricsType = "text/plain; version=0.0.4; charset=utf-8";

std::string metrics_text(const ServerFigures& figures, std::string_view version);

// A label's value: \, " and line ends are written with a \ before them.
std::string escaped_label(std::string_view value);

}  // namespace waymark::tracker
