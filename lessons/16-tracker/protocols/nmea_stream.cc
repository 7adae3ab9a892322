#include "protocols/nmea_stream.hh"

#include <algorithm>
#include <cctype>

#include "protocols/extras.hh"
#include "protocols/form_message.hh"
#include "protocols/nmea_fix.hh"
#include "protocols/number.hh"

namespace waymark::tracker {
namespace {

constexpr std::size_t kLongestNmeaName = 64;
// A receiver that counts weeks in ten bits is 1024 of them behind.
constexpr UnixMillis kRollover = UnixMillis{1024} * 7 * 86400 * 1000;
constexpr UnixMillis kAboutNow = UnixMillis{2} * 86400 * 1000;

std::string_view trimmed(std::string_view text, std::string_view characters) {
    const std::size_t first = text.find_first_not_of(characters);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(characters) - first + 1);
}

bool can_be_name(std::string_view text) {
    return !text.empty() && text.size() <= kLongestNmeaName &&
           std::ranges::all_of(text, [](unsigned char c) {
               return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
           });
}

// The name in a sentence that says nothing else: "PGID,7".
std::string_view name_in(const NmeaSentence& sentence) {
    const std::string_view kind = sentence.fields[0];
    if (kind == "PGID" || kind == "DEVID" || kind == "GPFID") return sentence.fields[1];
    if (kind.starts_with("IMEI=")) return kind.substr(5);
    return {};
}

std::optional<double> number_or_nothing(std::string_view text) {
    const Number number = parse_number(text);
    if (number.kind != NumberKind::value) return std::nullopt;
    return number.value;
}

void mend_rollover(ReportedPoint& point, UnixMillis now) {
    if (!point.time_ms) return;
    const UnixMillis mended = *point.time_ms + kRollover;
    if (mended > now - kAboutNow && mended < now + kAboutNow) point.time_ms = mended;
}

struct Sentences {
    NmeaSentence rmc;
    std::optional<NmeaSentence> gga;  // of the same second
    std::string_view text;            // of the RMC
};

void decode_sentences(const Sentences& sentences, const KnownDevice& device, std::uint32_t index,
                      UnixMillis now, Decoded& decoded) {
    ReportedPoint point = point_of_sentence(sentences.rmc, device.speed_unit);
    mend_rollover(point, now);
    if (sentences.gga) point.altitude_m = number_or_nothing(sentences.gga->fields[9]);
    const std::string_view reason = reason_against(point, now);
    if (!reason.empty()) {
        decoded.quarantined.push_back(
            {device.number, index, std::string(reason), Source::nmea, std::string(sentences.text)});
        return;
    }
    Fix& fix = decoded.fixes.emplace_back();
    fix.device = device.number;
    fix.source = Source::nmea;
    fill_fix(point, fix);
    ExtrasWriter writer(fix.extras);
    if (sentences.gga)
        if (const auto hdop = number_or_nothing(sentences.gga->fields[8]))
            writer.add_number("hdop", *hdop);
    writer.finish();
}

std::optional<NmeaSentence> sentence_of(std::string_view text) {
    return take_sentence(text);
}

}  // namespace

// What stands before the sentence, and behind the last slash of that.
std::string_view NmeaStream::take_name(std::string_view line) const {
    std::string_view before = trimmed(line.substr(0, line.find('$')), " \t,/");
    const std::size_t slash = before.rfind('/');
    if (slash != std::string_view::npos) before.remove_prefix(slash + 1);
    if (before.starts_with("IMEI ")) before = trimmed(before.substr(5), " ");
    return can_be_name(before) ? before : std::string_view();
}

void NmeaStream::name(std::string_view identifier, const DeviceDirectory& devices,
                      Decoded& decoded) {
    device_ = find_device(devices, identifier);
    if (device_) {
        decoded.from = device_->number;
        return;
    }
    decoded.status = 403;
    decoded.protocol = "nmea";
    decoded.error = "unknown_device";
    decoded.stranger = identifier;
}

void NmeaStream::quarantine(std::string_view reason, std::string_view text,
                            Decoded& decoded) const {
    decoded.protocol = "nmea";
    decoded.quarantined.push_back({device(), index_, std::string(reason), Source::nmea,
                                   std::string(text.substr(0, kLongestLine))});
}

void NmeaStream::read_line(std::string_view line, const DeviceDirectory& devices, UnixMillis now,
                           Decoded& decoded) {
    line = trimmed(line.substr(0, kLongestLine), " \t\r\n");
    if (line.empty()) return;
    if (const std::string_view identifier = take_name(line); !identifier.empty())
        name(identifier, devices, decoded);
    const std::size_t dollar = line.find('$');
    std::string_view rest =
        dollar == std::string_view::npos ? std::string_view() : line.substr(dollar);
    while (!rest.empty()) {
        const std::string_view text = rest.substr(0, rest.find('$', 1));
        const std::optional<NmeaSentence> sentence = take_sentence(rest);
        if (!sentence) break;
        if (const std::string_view identifier = name_in(*sentence); !identifier.empty()) {
            if (sentence->checksum != Checksum::wrong && can_be_name(identifier))
                name(identifier, devices, decoded);
        } else {
            read_sentence(*sentence, text, now, decoded);
        }
    }
    ++index_;
}

void NmeaStream::read_sentence(const NmeaSentence& sentence, std::string_view text, UnixMillis now,
                               Decoded& decoded) {
    const bool is_rmc = sentence.type() == "RMC";
    if (!is_rmc && sentence.type() != "GGA") return;
    if (!device_) {
        if (is_rmc) quarantine("no_device", text, decoded);
        return;
    }
    if (sentence.checksum == Checksum::wrong) return quarantine("bad_checksum", text, decoded);
    if (is_rmc) {
        flush(now, decoded);
        if (!says_place(sentence)) return;
        waiting_ = text;
        waiting_index_ = index_;
    } else {
        height_ = text;
    }
    // Together, in whichever order they came.
    const std::optional<NmeaSentence> gga = sentence_of(height_);
    const std::optional<NmeaSentence> rmc = sentence_of(waiting_);
    if (gga && rmc && gga->fields[1] == rmc->fields[1]) flush(now, decoded);
}

void NmeaStream::flush(UnixMillis now, Decoded& decoded) {
    if (waiting_.empty() || !device_) return;
    Sentences sentences{*sentence_of(waiting_), sentence_of(height_), waiting_};
    if (sentences.gga && sentences.gga->fields[1] != sentences.rmc.fields[1]) sentences.gga.reset();
    decode_sentences(sentences, *device_, waiting_index_, now, decoded);
    waiting_.clear();
}

void nmea_decode_again(std::string_view raw, const KnownDevice& device, UnixMillis received,
                       Decoded& decoded) {
    const std::optional<NmeaSentence> sentence = sentence_of(raw);
    // A wrong checksum stays wrong, whichever decoder looks at it.
    if (!sentence || sentence->type() != "RMC" || sentence->checksum == Checksum::wrong)
        return decoded.refuse(400, "bad_checksum", "What was kept is not a whole sentence.");
    decode_sentences({*sentence, std::nullopt, raw}, device, 0, received, decoded);
}

}  // namespace waymark::tracker
