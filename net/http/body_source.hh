// A request's body that is read while the handler runs, part by part: for a body that goes on to
// somebody else (net/http/cgi) and need not lie in memory as a whole. Nothing is read before the
// handler asks, so who takes slowly makes the peer send slowly.

#pragma once

#include <cstdint>
#include <string_view>

#include "net/task.hh"

namespace waymark::net::http {

struct [[nodiscard]] BodyPart {
    enum class Kind : std::uint8_t {
        bytes,    // at least one
        end,      // that was all
        refused,  // malformed, too long or too slow: `status` says how to answer
        lost,     // the peer is gone
    };
    Kind kind = Kind::end;
    std::string_view bytes;  // until the next part is asked for
    int status = 0;
};

class BodySource {
  public:
    // The next part. What the request's views showed before is elsewhere afterwards: look at
    // Exchange::request again. Only one reader; after anything but bytes it is not asked again.
    virtual Task<BodyPart> read_part() = 0;
    // Sends "100 Continue" to a peer that waits for it before it sends (RFC 9110, 10.1.1). Before
    // the answer is begun. False if the peer is gone.
    virtual Task<bool> ask_for_body() = 0;
    virtual bool has_whole_body() const = 0;

  protected:
    ~BodySource() = default;
};

}  // namespace waymark::net::http
