#include "protocols/page_guard.hh"

namespace waymark::tracker {
namespace {

using net::http::same_name;

// The fields are passed over once: this is on the way of every fix.
bool is_from_page(const net::http::Request& request) {
    for (const net::http::Field& field : request.fields) {
        const std::string_view name = field.name;
        if (name.size() == 6 && same_name(name, "Origin")) return true;
        if (name.size() == 7 && same_name(name, "Referer")) return true;
        if (name.size() == 14 && same_name(name, "Sec-Fetch-Site"))
            if (!same_name(field.value, "none")) return true;
    }
    return false;
}

}  // namespace

bool refuse_page(const net::http::Request& request, Decoded& decoded) {
    if (request.method != "GET" && request.method != "POST" && request.method != "PUT") {
        decoded.refuse(405, "method_not_allowed", "Send positions with GET, POST or PUT.");
        return true;
    }
    if (!is_from_page(request)) return false;
    decoded.refuse(403, "from_a_page", "Web pages may not send positions.");
    return true;
}

}  // namespace waymark::tracker
