#include "services/changes.hh"

#include <exception>

#include "daemon/error.hh"
#include "protocols/extras.hh"
#include "services/bytes.hh"
#include "services/change_list.hh"
#include "services/messages.hh"

namespace waymark::tracker {

namespace {

ChangeResult refused_change(int status, std::string_view why) {
    ChangeResult result;
    result.status = status;
    result.body = "{\"error\":";
    append_json_string(result.body, why);
    result.body += '}';
    return result;
}

}  // namespace

ChangeResult make_change(Store& store, const ChangeRequest& request, UnixMillis now) {
    try {
        for (const NamedChange& known : change_list()) {
            if (known.name != request.name) continue;
            ChangeResult result;
            store.change(
                [&](Connection& connection) { result = known.change(connection, request, now); });
            return result;
        }
        return refused_change(404, "This server knows no such change.");
    } catch (const daemon::UsageError& error) {
        return refused_change(400, error.what());
    } catch (const std::exception& error) {
        return refused_change(503, error.what());
    }
}

bool read(std::string_view message, ChangeRequest& request) {
    ByteReader in(message);
    in.get<MessageKind>();
    request.id = in.get<std::uint64_t>();
    request.by = in.get<UserNumber>();
    for (std::string* text : {&request.by_name, &request.from, &request.name, &request.arguments})
        *text = in.get_text();
    return in.complete();
}

bool read(std::string_view message, ChangeDone& done) {
    ByteReader in(message);
    in.get<MessageKind>();
    done.id = in.get<std::uint64_t>();
    done.status = in.get<int>();
    done.body = in.get_text();
    return in.complete();
}

std::string write(const ChangeRequest& request) {
    std::string message;
    ByteWriter out(message);
    out.put(MessageKind::change);
    out.put(request.id);
    out.put(request.by);
    for (const std::string* text :
         {&request.by_name, &request.from, &request.name, &request.arguments})
        out.put(std::string_view(*text));
    return message;
}

std::string write(const ChangeDone& done) {
    std::string message;
    ByteWriter out(message);
    out.put(MessageKind::change_done);
    out.put(done.id);
    out.put(done.status);
    out.put(std::string_view(done.body));
    return message;
}

}  // namespace waymark::tracker
