// In lessons/16-tracker SEXTANT.md is the page of this protocol, and protocols/sextant.hh says what
// each function gives. Helpers of your own may stand between the marks, too. parse_number
// (protocols/number.hh), and reason_against, fill_fix and to_metres_per_second
// (protocols/reported_point.hh) are there to be used, and so are take_until and take_line above.
namespace sextant {

// Write this: the text before the '*', where two hexadecimal digits behind it say the exclusive or of
// its bytes and the line ends there; else nothing.
std::optional<std::string_view> checked(std::string_view) {
    return {};
}

// Write this: the milliseconds since 1970 of DDMMYY and HHMMSS or HHMMSS.f, .ff, .fff in UTC, in the
// years 2000 to 2099; else nothing.
std::optional<UnixMillis> instant(std::string_view, std::string_view) {
    return {};
}

// Write this: the degrees of "4747.123N": `whole` digits of degrees, two of minutes below 60, perhaps
// a point and digits, and one of two letters, of which the second makes it negative; else nothing.
std::optional<double> degrees(std::string_view, std::size_t, char, char) {
    return {};
}

// Write this: the fix of a line, or else a row of quarantine with device, index, reason, source and the
// line (kMaximumRaw bytes of it at most). A reason is bad_checksum, or what reason_against() says.
// Optional fields that are empty or cannot be read stay unknown.
void read_point(std::string_view, std::uint32_t, const KnownDevice&, UnixMillis, Decoded&) {}

}  // namespace sextant

// Write this: whose message it is, by the token behind kSextantPath; else refuse_stranger("bad_token", a
// sentence for its owner, the token, true). A head "SXT1,NAME,COUNT" with its checksum; else
// refuse(400, "bad_head", a sentence). Then a point for each line, COUNT at most. The answer is
// text/plain; charset=utf-8, "OK n" and a line end: n points are in `decoded`, one way or the other.
void sextant_decode(const net::http::Request&, const DeviceDirectory&, UnixMillis, Decoded&) {}
