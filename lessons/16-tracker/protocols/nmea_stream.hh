// NMEA 0183 as trackers and receivers send it: lines over a TCP connection or in datagrams, without
// an answer. Who sends is said once, in a log-in line, or before each sentence:
//   $PGID,<id>*CS   $DEVID,<id>   $GPFID,<id>   $IMEI=<id>   IMEI <id>   <id>
//   <id>$GPRMC,...  <id>,$GPRMC,...  <group>/<id>/$GPRMC,...
// An RMC says place, time, speed and course; a GGA of the same second adds altitude and HDOP. So a
// fix waits for that, until the next sentence or flush() says that it does not come.
//
// A sentence whose checksum is wrong goes to quarantine, and so does what cannot be a place. One
// without a checksum is taken: the standard allows it. What comes before anybody is named is not
// stored: never guess.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocol.hh"
#include "trips/nmea_sentence.hh"

namespace waymark::tracker {

// One connection, or one datagram.
class NmeaStream {
  public:
    // A line is no longer; the standard says 82 characters.
    static constexpr std::size_t kLongestLine = 1024;

    // Reads one line without its end. What it says is added to `decoded`; a name that is not known
    // makes it a refusal (Decoded::stranger), and fixes that were in it before are kept.
    void read_line(std::string_view line, const DeviceDirectory& devices, UnixMillis now,
                   Decoded& decoded);
    // Adds the fix that waits for its altitude.
    void flush(UnixMillis now, Decoded& decoded);
    bool has_waiting() const { return !waiting_.empty(); }
    // 0 as long as nobody is named.
    DeviceNumber device() const { return device_ ? device_->number : 0; }

  private:
    std::string_view take_name(std::string_view line) const;
    void name(std::string_view identifier, const DeviceDirectory& devices, Decoded& decoded);
    void read_sentence(const NmeaSentence& sentence, std::string_view text, UnixMillis now,
                       Decoded& decoded);
    void quarantine(std::string_view reason, std::string_view text, Decoded& decoded) const;

    std::optional<KnownDevice> device_;
    std::uint32_t index_ = 0;  // of the line
    std::string waiting_;      // an RMC
    std::uint32_t waiting_index_ = 0;
    std::string height_;  // the last GGA
};

// Of a sentence that was kept, with the GGA behind it if there is one.
void nmea_decode_again(std::string_view raw, const KnownDevice& device, UnixMillis received,
                       Decoded& decoded);

}  // namespace waymark::tracker
