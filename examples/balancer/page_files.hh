// The files of the status page, as they lie in web/. The build makes them a part of the program
// (page_files.sh), so that there is no folder to install, to find, and to be out of step with.

#pragma once

#include <string_view>

namespace waymark::balancer {

std::string_view page_html();
std::string_view page_css();
std::string_view page_js();
std::string_view page_chart_js();
std::string_view page_icon();

}  // namespace waymark::balancer
