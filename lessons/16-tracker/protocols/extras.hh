// Writes what a phone said beyond a fix's own columns, as the JSON object in Fix::extras:
//   {"event":"sos","charging":true,"hdop":6,"attributes":{"eta":"1718446800000","wifi":["a","b"]}}
// Attributes are strings, because nobody here knows what they mean; a name that repeats becomes an
// array. Written by hand because it is on the way of every fix and needs no tree.
// Refuses to grow: a sender may fill a message with names of its own, but not our disk.

#pragma once

#include <span>
#include <string>
#include <string_view>

namespace waymark::tracker {

inline constexpr std::size_t kMaximumExtras = 4096;  // bytes of attribute names and values, a fix

struct Attribute {
    std::string_view name;
    std::string_view value;
};

class ExtrasWriter {
  public:
    // Appends to `text`, which is empty and belongs to the caller.
    explicit ExtrasWriter(std::string& text) : text_(text) {}

    void add_text(std::string_view name, std::string_view value);
    void add_flag(std::string_view name, bool value);
    void add_number(std::string_view name, double value);  // finite
    // All attributes with a name, as far as kMaximumExtras reaches; nothing if there are none.
    void add_attributes(std::span<const Attribute> attributes);
    // Closes the object. With nothing added the text stays empty.
    void finish();

  private:
    void begin(std::string_view name);

    std::string& text_;
};

// Appends `text`, and U+FFFD for each byte of it that is not UTF-8.
void append_as_utf8(std::string& out, std::string_view text);

// Appends `text` as a JSON string, with quotes. Bytes that are not UTF-8 become U+FFFD, because a
// reader refuses a whole document for one of them (RFC 8259, 8.1).
void append_json_string(std::string& out, std::string_view text);
std::string json_string(std::string_view text);

bool is_utf8(std::string_view text);

}  // namespace waymark::tracker
