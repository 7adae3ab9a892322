#include "formats/xml_events.hh"

#include <expat.h>
#include <fmt/core.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <new>

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

}  // namespace

std::optional<std::string_view> XmlAttributes::find(std::string_view name) const {
    for (const char** each = list_; *each != nullptr; each += 2)
        if (name == *each) return each[1];
    return std::nullopt;
}

// What Expat calls. Nothing may be thrown through its C, so that is kept until the call is over.
struct XmlEvents::Parser {
    explicit Parser(XmlHandler& its_handler)
        : handler(its_handler), expat(::XML_ParserCreate(nullptr)) {
        if (expat == nullptr) throw std::bad_alloc();
        ::XML_SetUserData(expat, this);
        ::XML_SetElementHandler(expat, on_begin, on_end);
        ::XML_SetCharacterDataHandler(expat, on_text);
        ::XML_SetEntityDeclHandler(expat, on_entity);
    }
    Parser(const Parser&) = delete;
    Parser& operator=(const Parser&) = delete;
    ~Parser() { ::XML_ParserFree(expat); }

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
    static void on_entity(void* self, const char*, int, const char*, int, const char*, const char*,
                          const char*, const char*) {
        guarded(self, [](Parser& parser) {
            parser.refuse("the file declares entities, and such a file is not read");
        });
    }

    XmlHandler& handler;
    XML_Parser expat;
    int depth = 0;
    std::uint64_t given = 0;  // bytes
    const char* refusal = nullptr;
    std::exception_ptr thrown;
};

XmlEvents::XmlEvents(XmlHandler& handler) : parser_(std::make_unique<Parser>(handler)) {}

XmlEvents::~XmlEvents() = default;

std::uint64_t XmlEvents::line() const {
    return line_of(parser_->expat);
}

void XmlEvents::read(std::string_view bytes) {
    while (!bytes.empty()) {
        const std::string_view some = bytes.substr(0, kMostBytesOfACall);
        parse(some, false);
        bytes.remove_prefix(some.size());
    }
}

void XmlEvents::end() {
    parse({}, true);
}

void XmlEvents::parse(std::string_view bytes, bool is_last) {
    Parser& parser = *parser_;
    const XML_Status status =
        ::XML_Parse(parser.expat, bytes.data(), static_cast<int>(bytes.size()), is_last ? 1 : 0);
    parser.given += bytes.size();
    if (parser.thrown) std::rethrow_exception(parser.thrown);
    if (status != XML_STATUS_OK) {
        const XML_Error code = ::XML_GetErrorCode(parser.expat);
        if (code == XML_ERROR_NO_MEMORY) throw std::bad_alloc();
        throw daemon::UsageError(fmt::format(
            "line {}: {}", line(),
            parser.refusal != nullptr ? std::string(parser.refusal)
                                      : fmt::format("broken XML: {}", ::XML_ErrorString(code))));
    }
    // What it keeps is from the last event on.
    const auto at =
        static_cast<std::uint64_t>(std::max<std::int64_t>(0, byte_index_of(parser.expat)));
    if (!is_last && parser.given > at + kLongestTag + kMostBytesOfACall)
        throw daemon::UsageError(fmt::format("line {}: a tag does not end", line()));
}

}  // namespace waymark::tracker
