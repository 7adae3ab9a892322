#include "store/hook_post.hh"

#include <fmt/format.h>

#include "protocols/extras.hh"
#include "protocols/time_text.hh"

namespace waymark::tracker {
namespace {

// As Standard Webhooks has it: type, timestamp and data.
std::string body_of(const Statement& row) {
    std::string body = R"({"type":"place.)";
    body += to_text(static_cast<Passage>(row.integer(5)));
    body += fmt::format(R"(","timestamp":"{}","data":{{"place":{{"number":{},"name":)",
                        format_time(row.integer(6)), row.integer(7));
    append_json_string(body, row.text(8));
    body += fmt::format(R"(}},"device":{{"number":{},"name":)", row.integer(9));
    append_json_string(body, row.text(10));
    body += fmt::format(R"(}},"noticed":"{}"}}}})", format_time(row.integer(11)));
    return body;
}

}  // namespace

HookPost read_hook_post(const Statement& row) {
    HookPost post{.number = row.integer(0),
                  .hook = row.integer(1),
                  .url = std::string(row.text(2)),
                  .secret = std::string(row.text(3)),
                  .id = {},
                  .body = {}};
    // With the time, because numbers come again after a backup is put back.
    if (row.is_null(11)) {
        post.id = fmt::format("test-{}-{:x}", post.number, row.integer(4));
        post.body = fmt::format(R"({{"type":"test","timestamp":"{}","data":{{}}}})",
                                format_time(row.integer(4)));
    } else {
        post.id = fmt::format("event-{}-{:x}", row.integer(12), row.integer(11));
        post.body = body_of(row);
    }
    return post;
}

}  // namespace waymark::tracker
