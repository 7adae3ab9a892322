// gpsd's JSON (gpsd_json(5)), which it sends to whoever asks: one object a line. A TPV says where
// the receiver is, in m/s and degrees true; several of one epoch are normal, and the first is
// taken.

#pragma once

#include <string_view>

#include "protocol.hh"

namespace waymark::tracker {

// What we say first.
inline constexpr std::string_view kGpsdWatch = "?WATCH={\"enable\":true,\"json\":true};\n";

class GpsdStream {
  public:
    // An object is no longer (gpsd: GPS_JSON_RESPONSE_MAX is some 10 KiB).
    static constexpr std::size_t kLongestLine = 16 * 1024;

    // One line without its end; a line that is no JSON is passed over, with all that is no TPV.
    void read_line(std::string_view line, const KnownDevice& device, UnixMillis now,
                   Decoded& decoded);

  private:
    UnixMillis last_ms_ = 0;
};

void gpsd_decode_again(std::string_view raw, const KnownDevice& device, UnixMillis received,
                       Decoded& decoded);

}  // namespace waymark::tracker
