// Sextant, the protocol of a logger for boats and gliders, as SEXTANT.md describes it: lines of
// text in the body of a POST to /sextant/TOKEN, each with a checksum; degrees and minutes, knots,
// feet. A logger keeps its points until it has heard "OK n", and then forgets the first n of the
// message.
//
// The decoder of exercise 16. What is wrong with one point costs that point, and it goes to
// quarantine with its line; what is optional and cannot be read costs that field.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol.hh"

namespace waymark::tracker {

bool sextant_claims(const net::http::Request& request);
// 200 with "OK n", where n points are in `decoded` as fixes or in its quarantine; 403 for a token
// that is not known, and 400 for a body that does not begin with a line of Sextant. Whom it is from
// (Decoded::from) is left to decode(), which sees who was found.
void sextant_decode(const net::http::Request& request, const DeviceDirectory& devices,
                    UnixMillis now, Decoded& decoded);
// Of a line that was kept.
void sextant_decode_again(std::string_view raw, const KnownDevice& device, UnixMillis received,
                          Decoded& decoded);

namespace sextant {

// What stands before the '*' of a line, where the two hexadecimal digits behind it, in either case,
// are the exclusive or of all its bytes, and are the end of the line. Nothing for another line.
std::optional<std::string_view> checked(std::string_view line);

// Of the date DDMMYY, in the years 2000 to 2099, and the time of day HHMMSS, with one to three
// digits of a fraction behind a point where there are any. UTC. Nothing for other texts, and for
// what is in no calendar and on no clock.
std::optional<UnixMillis> instant(std::string_view date, std::string_view time);

// Degrees and minutes with a letter behind them, "4747.123N": `whole` digits of degrees, two of
// minutes, which are less than 60, a fraction where there is one, and one of two letters. Degrees
// south and west are negative. Nothing for other texts. Whether there are so many degrees is asked
// elsewhere (reason_against).
std::optional<double> degrees(std::string_view text, std::size_t whole, char positive,
                              char negative);

// The point of one line, the `index`th of its message: added to decoded.fixes, or else to
// decoded.quarantined with a reason and the line, of which at most kMaximumRaw bytes are kept.
// The reason is bad_checksum, or what reason_against() says of the point.
void read_point(std::string_view line, std::uint32_t index, const KnownDevice& device,
                UnixMillis now, Decoded& decoded);

}  // namespace sextant

}  // namespace waymark::tracker
