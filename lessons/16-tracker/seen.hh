// A logger's lines, and what a learner's decoder makes of them. Whatever is decoded lies in memory
// of just its size, so that a read beyond its end is seen by the address sanitizer.

#pragma once

#include <algorithm>
#include <cmath>
#include <cstring>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "advice.hh"
#include "advice_messages.hh"
#include "protocols/sextant.hh"

namespace waymark::course::check {

using tracker::Decoded;
using tracker::Fix;
using tracker::KnownDevice;
using tracker::Quarantined;
using tracker::UnixMillis;

inline constexpr UnixMillis kNow = 1718452800000;  // 2024-06-15T12:00:00Z
inline constexpr KnownDevice kBoat{7, tracker::SpeedUnit::protocol_default};
inline constexpr std::string_view kPlace = "150624,093000.250,4747.123N,00936.567E";

class ExactBytes {
  public:
    explicit ExactBytes(std::string_view text) : bytes_(new char[text.size()]), size_(text.size()) {
        std::copy(text.begin(), text.end(), bytes_.get());
    }
    std::string_view view() const { return {bytes_.get(), size_}; }

  private:
    std::unique_ptr<char[]> bytes_;
    std::size_t size_;
};

// The text, '*' and its checksum.
inline std::string with_checksum(const std::string& text) {
    unsigned sum = 0;
    for (const char byte : text) sum ^= static_cast<unsigned char>(byte);
    return text + "*" + "0123456789ABCDEF"[sum / 16] + "0123456789ABCDEF"[sum % 16];
}

// Calls the learner's, and says what an exception of it means.
template <typename Call>
auto called(std::string_view what, const Call& call) {
    if_it_crashes(kPastTheEnd, "overflow");
    if_it_crashes(kLooseDigits, "not representable");
    if_it_crashes(kTrusted, "allocation-size-too-big");
    if_it_crashes(kTrusted, "out of memory");
    std::string thrown;
    bool is_range = false;
    try {
        return call();
    } catch (const std::out_of_range& error) {
        thrown = error.what();
        is_range = thrown.find("sto") == thrown.npos;
    } catch (const std::exception& error) {
        thrown = error.what();
    }
    fail(what, "a value", "an exception: " + thrown,
         is_range ? Causes{kPastTheEnd, kThrows} : Causes{kThrows});
}

inline std::optional<std::string> checked(std::string_view line) {
    const ExactBytes bytes(line);
    return called("the text of " + show(line), [&]() -> std::optional<std::string> {
        const std::optional<std::string_view> text = tracker::sextant::checked(bytes.view());
        if (!text) return std::nullopt;
        return std::string(*text);
    });
}

inline std::optional<UnixMillis> instant(std::string_view date, std::string_view time) {
    const ExactBytes date_bytes(date);
    const ExactBytes time_bytes(time);
    return called("the instant " + show(date) + ", " + show(time),
                  [&] { return tracker::sextant::instant(date_bytes.view(), time_bytes.view()); });
}

inline std::optional<double> latitude(std::string_view text) {
    const ExactBytes bytes(text);
    return called("the latitude " + show(text),
                  [&] { return tracker::sextant::degrees(bytes.view(), 2, 'N', 'S'); });
}

inline std::optional<double> longitude(std::string_view text) {
    const ExactBytes bytes(text);
    return called("the longitude " + show(text),
                  [&] { return tracker::sextant::degrees(bytes.view(), 3, 'E', 'W'); });
}

inline std::string in_words(const std::optional<double>& value) {
    return value ? show(*value) : "nothing";
}

inline std::string in_words(const std::optional<UnixMillis>& value) {
    return value ? show(*value) : "nothing";
}

inline std::string in_words(const std::optional<float>& value) {
    return value ? show(static_cast<double>(*value)) : "nothing";
}

inline bool is_near(const std::optional<double>& seen, double expected, double tolerance) {
    return seen && std::abs(*seen - expected) <= tolerance;
}

// What one line, as it stands here, is made into. `text` gets its checksum.
inline Decoded read_line(const std::string& line, std::uint32_t index = 0,
                         const KnownDevice& device = kBoat) {
    const ExactBytes bytes(line);
    return called("reading " + show(std::string_view(line).substr(0, 100)), [&] {
        Decoded decoded;
        tracker::sextant::read_point(bytes.view(), index, device, kNow, decoded);
        return decoded;
    });
}

inline Decoded read_text(const std::string& text, const KnownDevice& device = kBoat) {
    return read_line(with_checksum(text), 0, device);
}

// The fix of a line that is right.
inline Fix fix_of(const std::string& text, const Causes& if_none,
                  const KnownDevice& device = kBoat) {
    const Decoded decoded = read_text(text, device);
    const std::string why =
        decoded.quarantined.empty() ? "" : ", quarantined: " + decoded.quarantined[0].reason;
    expect(decoded.fixes.size() == 1, "the fixes of " + show(text), "1",
           show(decoded.fixes.size()) + why, if_none);
    return decoded.fixes[0];
}

inline void expect_value(const std::optional<float>& seen, std::optional<double> expected,
                         std::string_view what, const Causes& causes) {
    if (expected == 0.0 && !seen) fail(what, "0", "nothing", kZeroLost);
    const bool same = expected ? seen && std::abs(static_cast<double>(*seen) - *expected) <= 0.01
                               : !seen.has_value();
    expect(same, what, in_words(expected), in_words(seen), causes);
}

// Who may send. The third knows the first by its name.
class Loggers : public tracker::DeviceDirectory {
  public:
    std::optional<KnownDevice> by_token(std::string_view token) const override {
        if (token == "tok-boat-1") return kBoat;
        if (token == "tok-glider") return KnownDevice{8, tracker::SpeedUnit::protocol_default};
        return std::nullopt;
    }
    std::optional<KnownDevice> by_identifier(std::string_view identifier) const override {
        if (identifier == "glider") return KnownDevice{8, tracker::SpeedUnit::protocol_default};
        if (identifier == "boat") return kBoat;
        return std::nullopt;
    }
};

inline Decoded decode_body(const std::string& body, const std::string& path = "/sextant/tok-boat-1",
                           Decoded decoded = {}, const std::string& target = "") {
    const ExactBytes path_bytes(path);
    const ExactBytes target_bytes(target.empty() ? path : target);
    const ExactBytes bytes(body);
    net::http::Request request;
    request.method = "POST";
    request.path = path_bytes.view();
    request.target = target_bytes.view();
    request.body = bytes.view();
    return called("decoding " + show(std::string_view(body).substr(0, 100)), [&] {
        tracker::sextant_decode(request, Loggers(), kNow, decoded);
        return std::move(decoded);
    });
}

// The head, and a line for each of `texts`, each with its checksum.
inline std::string body_of(const std::vector<std::string>& texts, const std::string& count,
                           const std::string& end = "\r\n", const std::string& name = "boat") {
    std::string body = with_checksum("SXT1," + name + "," + count) + end;
    for (const std::string& text : texts) body += with_checksum(text) + end;
    return body;
}

// A good point, a minute later each.
inline std::string point_at(unsigned minute) {
    return "150624,09" + std::to_string(10 + minute) + "00,4747.123N,00936.567E,12.5,230";
}

inline void expect_ok(const Decoded& decoded, std::size_t count, const Causes& causes) {
    expect(decoded.status == 200, "the status of the answer", "200", show(decoded.status), causes);
    const std::string expected = "OK " + std::to_string(count) + "\n";
    expect(decoded.body == expected, "the answer", show(expected), show(decoded.body), causes);
}

}  // namespace waymark::course::check
