// Reads JSON (RFC 8259) from front to back, without building a tree: a batch of positions is some
// hundred kilobytes of which a decoder wants a few numbers, and a tree would allocate for each of
// them. What is wrong with brackets, commas and colons on the way ends the reading. Values are
// taken as they stand: a bare word that is none of JSON's ("NaN", "1e999", "undefined"), a text
// with control characters or bytes that are not UTF-8 costs the field that it is in, not the
// message.
//
//     JsonReader in(body);
//     std::string_view name;
//     if (in.enter_object())
//         while (in.next_member(name))
//             if (name == "lat") latitude = json_number(in.value());
//             else in.value();
//     if (!in.at_end()) refuse();

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace waymark::tracker {

enum class JsonKind : std::uint8_t {
    nothing,  // there is none
    object,
    array,
    text,
    word,  // a number, true, false, null, or what nobody knows
};

// A value as it stands in the message, with quotes or brackets; it points into that.
struct JsonValue {
    JsonKind kind = JsonKind::nothing;
    std::string_view text;
};

class JsonReader {
  public:
    // Structures that are nested deeper than this cannot be skipped: no phone makes them.
    static constexpr std::size_t kDeepest = 256;

    explicit JsonReader(std::string_view text) : text_(text) {}

    // Steps into what is next if it is an object (an array); else nothing is taken.
    bool enter_object() { return enter('{'); }
    bool enter_array() { return enter('['); }
    // Goes on to the next member or element of what was entered last, which must be taken then:
    // entered and read to its end, or taken by value(). False at the end, which is taken, and when
    // something is wrong. A name is as it stands between its quotes.
    bool next_member(std::string_view& name);
    bool next_element();
    // Takes what is next, whole.
    JsonValue value();
    // How far it has come; from there on a value can be cut out of the message.
    std::size_t position() const { return at_; }
    bool failed() const { return failed_; }
    // Nothing was wrong, and nothing but blanks is left.
    bool at_end();

  private:
    bool enter(char bracket);
    bool next(char closing);
    void skip_blanks();
    void skip_string();
    void skip_structure();
    bool fail();

    std::string_view text_;
    std::size_t at_ = 0;
    bool is_first_ = false;
    bool failed_ = false;
};

// The members of one object, up to kMost of them; those behind are read and left out.
class JsonMembers {
  public:
    static constexpr std::size_t kMost = 64;
    struct Member {
        std::string_view name;
        JsonValue value;
    };

    // Takes the object that is next. False if it is none, or if something is wrong with it.
    bool read(JsonReader& in);
    // The first of that name; kind nothing if there is none.
    JsonValue operator[](std::string_view name) const;
    const Member* begin() const { return members_.data(); }
    const Member* end() const { return members_.data() + count_; }

  private:
    std::array<Member, kMost> members_;
    std::size_t count_ = 0;
};

// A text decoded, without the blanks around it, or a number, true or false as text; "" for null,
// for nothing and for what has brackets. It points into the message, or into `space`, whose content
// it replaces. An escape that stands for no letter becomes U+FFFD.
std::string_view json_text(const JsonValue& value, std::string& space);
// A number, also one in quotes; nothing if it is none, or not finite.
std::optional<double> json_number(const JsonValue& value);
// Of a place: what is there and is no number is NaN, which the rules for a point judge.
std::optional<double> json_degrees(const JsonValue& value);
// As parse_flag().
std::optional<bool> json_flag(const JsonValue& value);
bool is_null(const JsonValue& value);  // or nothing

}  // namespace waymark::tracker
