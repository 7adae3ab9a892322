// Compression for those who take it (RFC 9110, 12.5.3), and a bounded store of what was compressed:
// the same page is asked for many times, and to compress it costs a thousand times what it costs to
// send it. The store is shared by the threads of a process.

#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "net/http/message.hh"

namespace waymark::net::http {

// Whether Accept-Encoding takes gzip with a weight above 0, by its name or by "*". Without the
// field we send what every client reads.
bool takes_gzip(const Request& request);

// Whether a body of this type gets smaller: text, JSON, XML, scripts. Images are compressed
// already.
bool is_compressible(std::string_view content_type);

// Compresses bytes that come in parts, into one gzip member (RFC 1952), by zlib.
class GzipEncoder {
  public:
    static constexpr int kLevel = 6;

    // Throws std::bad_alloc if there is no memory for its 256 KiB.
    GzipEncoder();
    GzipEncoder(const GzipEncoder&) = delete;
    GzipEncoder& operator=(const GzipEncoder&) = delete;
    ~GzipEncoder();

    // Appends to `out` what can be told by now.
    void add(std::string_view bytes, std::string& out);
    // Appends the rest. Nothing may follow.
    void finish(std::string& out);

  private:
    void deflate_some(std::string_view bytes, int flush, std::string& out);

    struct State;
    std::unique_ptr<State> state_;
};

class GzipStore {
  public:
    using Bytes = std::shared_ptr<const std::string>;

    // At most so many bytes are kept, the names included; where there is no room for more, what
    // came first goes first.
    explicit GzipStore(std::size_t most_bytes) : most_bytes_(most_bytes) {}

    // What was kept under this tag, which is another one for each state of a file; null if nothing
    // was, or is not any more. An empty text says that compression did not make it smaller. Any
    // thread may call.
    Bytes find(std::string_view entity_tag) const;
    // What alone is larger than the store is not kept.
    void keep(std::string_view entity_tag, Bytes bytes);

    // True for the first who asks for this tag: he compresses, and calls release() when he has kept
    // it or given up. The others, whom one page would otherwise keep as busy, send it as it is.
    bool claim(std::string_view entity_tag);
    void release(std::string_view entity_tag) noexcept;

    std::size_t kept_bytes() const;

  private:
    mutable std::mutex mutex_;  // guards all below
    const std::size_t most_bytes_;
    std::size_t kept_bytes_ = 0;
    std::unordered_map<std::string, Bytes> kept_;
    std::deque<std::string> order_;  // the tags, the oldest first
    std::set<std::string, std::less<>> claimed_;
};

}  // namespace waymark::net::http
