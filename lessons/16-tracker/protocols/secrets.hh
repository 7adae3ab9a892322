// What named a device in its message, and is not stored with it. It may be a token, and who reads
// the data folder or a backup must not learn that (token.hh): an owner may have typed it into an
// app's field for an identifier. An identifier is no secret: it stands in the database in the
// clear, and who knows it can send in that device's name.
//
// Looked for is what named the device in this message. Of other tokens, also of the same device,
// the server knows only a hash: one that stands in another field is stored like any text.
//
// Fields are judged by what they decode to, and not by their spelling: "%74oken=" is "token=".

#pragma once

#include <string>
#include <string_view>

namespace waymark::tracker {

// Whether a field of this name says who sends: id, deviceid, device_id or token, in any case.
bool names_device(std::string_view name);

// Whether `text` gives away what the device was found by: it is the same, or holds it. One that is
// shorter than 8 bytes, as "7" or "van", is looked for only as the whole text.
bool gives_away(std::string_view text, std::string_view named_by);

// The same for a field in which phones put a number: a number there is what it says, also where the
// device is called the same, as "7".
bool number_gives_away(std::string_view text, std::string_view named_by);

// Appends "name=value", both escaped, and an '&' before it where it is not the first.
void append_form_field(std::string& form, std::string_view name, std::string_view value);

// Of a form that is too long to be kept, a field that `decides` keeps so much of its value. No
// number and no time is longer.
inline constexpr std::size_t kLongestDecidingValue = 160;

// The fields of a form, decoded and written anew, without those that name the device or give away
// `named_by`; those with a broken escape are left out, too. Where all of them are longer than
// `most_bytes`, those with a name that `decides` come first, and of the others as many whole ones
// as fit: a note must not push out the place.
std::string form_without_secrets(std::string_view form, std::string_view named_by,
                                 std::size_t most_bytes, bool (*decides)(std::string_view name));

}  // namespace waymark::tracker
