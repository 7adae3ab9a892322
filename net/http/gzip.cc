#include "net/http/gzip.hh"

#include <zlib.h>

#include <array>
#include <cassert>
#include <new>
#include <utility>

#include "net/http/grammar.hh"

namespace waymark::net::http {

namespace {

bool has_weight(std::string_view parameters) {
    while (!parameters.empty()) {
        const std::size_t semicolon = parameters.find(';');
        const std::string_view parameter = trim_blanks(parameters.substr(0, semicolon));
        if (parameter.size() > 2 && (parameter[0] == 'q' || parameter[0] == 'Q') &&
            parameter[1] == '=')
            return parameter.substr(2).find_first_not_of("0.") != parameter.npos;
        parameters.remove_prefix(semicolon == parameters.npos ? parameters.size() : semicolon + 1);
    }
    return true;
}

}  // namespace

bool takes_gzip(const Request& request) {
    bool takes_any = false;
    std::string_view list = request.field("Accept-Encoding").value_or("");
    while (const auto member = next_in_list(list)) {
        const std::size_t semicolon = member->find(';');
        const std::string_view name = trim_blanks(member->substr(0, semicolon));
        const bool has_some =
            semicolon == member->npos || has_weight(member->substr(semicolon + 1));
        if (same_name(name, "gzip") || same_name(name, "x-gzip")) return has_some;
        if (name == "*") takes_any = has_some;
    }
    return takes_any;
}

bool is_compressible(std::string_view content_type) {
    if (content_type.starts_with("text/")) return true;
    for (const std::string_view part : {"json", "xml", "javascript", "wasm"})
        if (content_type.find(part) != content_type.npos) return true;
    return false;
}

struct GzipEncoder::State {
    z_stream stream{};
};

GzipEncoder::GzipEncoder() : state_(std::make_unique<State>()) {
    constexpr int kGzipWindow = 15 + 16;  // zlib.h, deflateInit2: with the head of gzip
    constexpr int kMemory = 8;
    if (::deflateInit2(&state_->stream, kLevel, Z_DEFLATED, kGzipWindow, kMemory,
                       Z_DEFAULT_STRATEGY) != Z_OK)
        throw std::bad_alloc();
}

GzipEncoder::~GzipEncoder() {
    ::deflateEnd(&state_->stream);
}

void GzipEncoder::add(std::string_view bytes, std::string& out) {
    deflate_some(bytes, Z_NO_FLUSH, out);
}

void GzipEncoder::finish(std::string& out) {
    deflate_some({}, Z_FINISH, out);
}

void GzipEncoder::deflate_some(std::string_view bytes, int flush, std::string& out) {
    z_stream& stream = state_->stream;
    std::array<unsigned char, 16 * 1024> room;
    // zlib does not change it; its type says it might.
    stream.next_in = reinterpret_cast<unsigned char*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    do {
        stream.next_out = room.data();
        stream.avail_out = static_cast<uInt>(room.size());
        [[maybe_unused]] const int result = ::deflate(&stream, flush);
        assert(result != Z_STREAM_ERROR);
        out.append(reinterpret_cast<const char*>(room.data()), room.size() - stream.avail_out);
    } while (stream.avail_out == 0);
}

GzipStore::Bytes GzipStore::find(std::string_view entity_tag) const {
    const std::lock_guard lock(mutex_);
    const auto found = kept_.find(std::string(entity_tag));
    return found != kept_.end() ? found->second : nullptr;
}

void GzipStore::keep(std::string_view entity_tag, Bytes bytes) {
    const std::size_t size = entity_tag.size() + bytes->size();
    const std::lock_guard lock(mutex_);
    if (size > most_bytes_ || kept_.contains(std::string(entity_tag))) return;
    while (kept_bytes_ + size > most_bytes_) {
        const auto oldest = kept_.find(order_.front());
        kept_bytes_ -= oldest->first.size() + oldest->second->size();
        kept_.erase(oldest);
        order_.pop_front();
    }
    order_.emplace_back(entity_tag);
    kept_.emplace(entity_tag, std::move(bytes));
    kept_bytes_ += size;
}

bool GzipStore::claim(std::string_view entity_tag) {
    const std::lock_guard lock(mutex_);
    return claimed_.emplace(entity_tag).second;
}

void GzipStore::release(std::string_view entity_tag) noexcept {
    const std::lock_guard lock(mutex_);
    const auto claimed = claimed_.find(entity_tag);
    if (claimed != claimed_.end()) claimed_.erase(claimed);
}

std::size_t GzipStore::kept_bytes() const {
    const std::lock_guard lock(mutex_);
    return kept_bytes_;
}

}  // namespace waymark::net::http
