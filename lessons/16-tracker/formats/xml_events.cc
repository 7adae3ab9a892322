#include "formats/xml_events.hh"

#include <expat.h>
#include <fmt/core.h>
#include <malloc.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <utility>

#include "daemon/error.hh"

namespace waymark::tracker {

namespace {

// Expat counts the bytes of a call in an int.
constexpr std::size_t kMostBytesOfACall = std::size_t{1} << 20;

// Newer Expats have these with 64 bits on every machine, and call the others deprecated.
#if XML_MAJOR_VERSION * 1000 + XML_MINOR_VERSION >= 2009
std::uint64_t line_of(XML_Parser parser) {
    return ::XML_GetCurrentLineNumber64(parser);
}
std::int64_t byte_index_of(XML_Parser parser) {
    return ::XML_GetCurrentByteIndex64(parser);
}
#else
std::uint64_t line_of(XML_Parser parser) {
    return ::XML_GetCurrentLineNumber(parser);
}
std::int64_t byte_index_of(XML_Parser parser) {
    return ::XML_GetCurrentByteIndex(parser);
}
#endif

std::string_view without_prefix(const char* qualified) {
    const std::string_view name = qualified;
    const std::size_t colon = name.find(':');
    return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

// What one parser holds. Expat does not say for which parser it wants memory: the thread knows, as
// long as it is in a call.
struct HeldMemory {
    std::size_t bytes = 0;
    bool is_refused = false;
};
thread_local HeldMemory* held_by_call = nullptr;

class Call {
  public:
    explicit Call(HeldMemory& held) : before_(std::exchange(held_by_call, &held)) {}
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;
    ~Call() { held_by_call = before_; }

  private:
    HeldMemory* before_;
};

void give_back(void* memory) {
    if (memory != nullptr) held_by_call->bytes -= ::malloc_usable_size(memory);
    std::free(memory);
}

void* take(std::size_t size) {
    void* const memory = std::malloc(size);
    if (memory == nullptr) return nullptr;
    held_by_call->bytes += ::malloc_usable_size(memory);
    if (held_by_call->bytes <= XmlEvents::kMostMemory) return memory;
    held_by_call->is_refused = true;
    give_back(memory);
    return nullptr;
}

void* take_instead(void* memory, std::size_t size) {
    if (memory == nullptr) return take(size);
    const std::size_t before = ::malloc_usable_size(memory);
    if (size > before && held_by_call->bytes + (size - before) > XmlEvents::kMostMemory) {
        held_by_call->is_refused = true;
        return nullptr;
    }
    void* const moved = std::realloc(memory, size);
    if (moved != nullptr) held_by_call->bytes += ::malloc_usable_size(moved) - before;
    return moved;
}

constexpr XML_Memory_Handling_Suite kCountedMemory{take, take_instead, give_back};

}  // namespace

std::optional<std::string_view> XmlAttributes::find(std::string_view name) const {
    for (const char** each = list_; *each != nullptr; each += 2)
        if (name == *each) return each[1];
    return std::nullopt;
}

// What Expat calls. Nothing may be thrown through its C, so that is kept until the call is over.
struct XmlEvents::Parser {
    explicit Parser(XmlHandler& its_handler) : handler(its_handler) {
        const Call call(memory);
        expat = ::XML_ParserCreate_MM(nullptr, &kCountedMemory, nullptr);
        if (expat == nullptr) throw std::bad_alloc();
        ::XML_SetUserData(expat, this);
        ::XML_SetElementHandler(expat, on_begin, on_end);
        ::XML_SetCharacterDataHandler(expat, on_text);
        ::XML_SetStartDoctypeDeclHandler(expat, on_doctype);
    }
    Parser(const Parser&) = delete;
    Parser& operator=(const Parser&) = delete;
    ~Parser() {
        const Call call(memory);
        ::XML_ParserFree(expat);
    }

    template <class Action>
    static void guarded(void* self, const Action& action) {
        auto& parser = *static_cast<Parser*>(self);
        if (parser.thrown || parser.refusal != nullptr) return;
        try {
            action(parser);
        } catch (...) {
            parser.thrown = std::current_exception();
            ::XML_StopParser(parser.expat, XML_FALSE);
        }
    }

    void refuse(const char* why) {
        refusal = why;
        ::XML_StopParser(expat, XML_FALSE);
    }

    static void on_begin(void* self, const char* name, const char** attributes) {
        guarded(self, [&](Parser& parser) {
            if (++parser.depth > kDeepest) return parser.refuse("elements are nested too deep");
            parser.handler.begin(without_prefix(name), XmlAttributes(attributes));
        });
    }
    static void on_end(void* self, const char* name) {
        guarded(self, [&](Parser& parser) {
            --parser.depth;
            parser.handler.end(without_prefix(name));
        });
    }
    static void on_text(void* self, const char* text, int count) {
        guarded(self, [&](Parser& parser) {
            parser.handler.text({text, static_cast<std::size_t>(count)});
        });
    }
    static void on_doctype(void* self, const char*, const char*, const char*, int declares) {
        guarded(self, [declares](Parser& parser) {
            if (declares != 0)
                parser.refuse(
                    "the file declares entities or the like (<!DOCTYPE ... [), and such a file is "
                    "not read");
        });
    }

    XmlHandler& handler;
    HeldMemory memory;
    XML_Parser expat = nullptr;
    int depth = 0;
    std::uint64_t given = 0;   // bytes
    std::uint64_t unread = 0;  // of these, behind the last event
    std::string waiting;       // to be given
    const char* refusal = nullptr;
    std::exception_ptr thrown;
};

XmlEvents::XmlEvents(XmlHandler& handler) : parser_(std::make_unique<Parser>(handler)) {}

XmlEvents::~XmlEvents() = default;

std::uint64_t XmlEvents::line() const {
    return line_of(parser_->expat);
}

// Expat before 2.6 looks at a tag that does not end from its beginning again, whenever a byte comes
// (CVE-2023-52425). So it gets more of one only when that is as much as it has.
void XmlEvents::read(std::string_view bytes) {
    Parser& parser = *parser_;
    if (!parser.waiting.empty() || bytes.size() < parser.unread) {
        parser.waiting += bytes;
        if (parser.waiting.size() < parser.unread) return;
        const std::string whole = std::exchange(parser.waiting, {});
        return parse_all(whole);
    }
    parse_all(bytes);
}

void XmlEvents::parse_all(std::string_view bytes) {
    while (!bytes.empty()) {
        const std::string_view some = bytes.substr(0, kMostBytesOfACall);
        parse(some, false);
        bytes.remove_prefix(some.size());
    }
}

void XmlEvents::end() {
    const std::string whole = std::exchange(parser_->waiting, {});
    parse_all(whole);
    parse({}, true);
}

void XmlEvents::parse(std::string_view bytes, bool is_last) {
    Parser& parser = *parser_;
    const Call call(parser.memory);
    const XML_Status status =
        ::XML_Parse(parser.expat, bytes.data(), static_cast<int>(bytes.size()), is_last ? 1 : 0);
    parser.given += bytes.size();
    if (parser.thrown) std::rethrow_exception(parser.thrown);
    if (status != XML_STATUS_OK) {
        const XML_Error code = ::XML_GetErrorCode(parser.expat);
        if (parser.memory.is_refused)
            throw daemon::UsageError(fmt::format(
                "line {}: more names of elements and attributes than a file of positions has",
                line()));
        if (code == XML_ERROR_NO_MEMORY) throw std::bad_alloc();
        throw daemon::UsageError(fmt::format(
            "line {}: {}", line(),
            parser.refusal != nullptr ? std::string(parser.refusal)
                                      : fmt::format("broken XML: {}", ::XML_ErrorString(code))));
    }
    // What it keeps is from the last event on.
    const auto at =
        static_cast<std::uint64_t>(std::max<std::int64_t>(0, byte_index_of(parser.expat)));
    parser.unread = parser.given - std::min(at, parser.given);
    if (!is_last && parser.given > at + kLongestTag + kMostBytesOfACall)
        throw daemon::UsageError(fmt::format("line {}: a tag does not end", line()));
}

}  // namespace waymark::tracker
