#include "services/refusal_messages.hh"

#include "daemon/channel.hh"
#include "services/bytes.hh"

namespace waymark::tracker {
namespace {

constexpr std::size_t kLongestWord = 200;

void put_word(ByteWriter& out, std::string_view word) {
    out.put(word.substr(0, kLongestWord));
}

std::string write_case(const RefusalCase& each) {
    std::string bytes;
    ByteWriter out(bytes);
    out.put(each.status);
    out.put(each.device);
    out.put(each.network.family);
    out.put(each.network.interface);
    out.put(each.network.bits);
    for (const std::string* word :
         {&each.reason, &each.field, &each.protocol, &each.who, &each.called, &each.address})
        put_word(out, *word);
    out.put(each.last_ms);
    out.put(each.count);
    return bytes;
}

RefusalCase get_case(ByteReader& in) {
    RefusalCase each;
    each.status = in.get<int>();
    each.device = in.get<DeviceNumber>();
    each.network.family = in.get<sa_family_t>();
    each.network.interface = in.get<std::uint32_t>();
    each.network.bits = in.get<std::uint64_t>();
    for (std::string* word :
         {&each.reason, &each.field, &each.protocol, &each.who, &each.called, &each.address})
        *word = in.get_text();
    each.last_ms = in.get<UnixMillis>();
    each.count = in.get<std::uint64_t>();
    return each;
}

}  // namespace

std::vector<std::string> write_refused(const std::deque<RefusalCase>& cases) {
    std::vector<std::string> messages;
    for (const RefusalCase& each : cases) {
        const std::string one = write_case(each);
        if (messages.empty() || messages.back().size() + one.size() > daemon::Channel::kMaxMessage)
            messages.push_back(write_empty(MessageKind::refused));
        messages.back() += one;
    }
    return messages;
}

bool read(std::string_view message, std::vector<RefusalCase>& cases) {
    ByteReader in(message);
    in.get<MessageKind>();
    cases.clear();
    while (in.ok() && in.left() > 0) cases.push_back(get_case(in));
    return in.complete();
}

}  // namespace waymark::tracker
