#include "protocol.hh"

namespace waymark::tracker {

void Decoded::clear() {
    status = 200;
    content_type.clear();
    body.clear();
    error.clear();
    field.clear();
    fixes.clear();
    quarantined.clear();
    heartbeat.reset();
}

void Decoded::refuse(int refused_status, std::string_view word, std::string_view explanation,
                     std::string_view which_field) {
    clear();
    status = refused_status;
    content_type = "text/plain; charset=utf-8";
    body = explanation;
    body += '\n';
    error = word;
    field = which_field;
}

}  // namespace waymark::tracker
