#include "protocol.hh"

namespace waymark::tracker {

std::size_t largest_body(std::string_view path) {
    for (const std::string_view batch : kBatchPaths)
        if (path.starts_with(batch) && (path.size() == batch.size() || path[batch.size()] == '/'))
            return kLargestBatch;
    return kLargestMessage;
}

void Decoded::clear() {
    status = 200;
    content_type.clear();
    body.clear();
    header_name.clear();
    header_value.clear();
    error.clear();
    field.clear();
    protocol = {};
    from = 0;
    stranger.clear();
    is_stranger_by_token = false;
    fixes.clear();
    quarantined.clear();
    heartbeat.reset();
}

void Decoded::refuse(int refused_status, std::string_view word, std::string_view explanation,
                     std::string_view which_field) {
    const DeviceNumber known = from;
    const std::string_view read_by = protocol;
    clear();
    from = known;
    protocol = read_by;
    status = refused_status;
    content_type = "text/plain; charset=utf-8";
    body = explanation;
    body += '\n';
    error = word;
    field = which_field;
}

void Decoded::refuse_stranger(std::string_view word, std::string_view explanation,
                              std::string_view called, bool by_token, int refused_status) {
    refuse(refused_status, word, explanation);
    stranger = called;
    is_stranger_by_token = by_token;
}

}  // namespace waymark::tracker
