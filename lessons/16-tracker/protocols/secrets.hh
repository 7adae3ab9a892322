// What named a device in its message, and must not be stored with it: who reads the data folder or
// a backup must not be able to send positions in that device's name (token.hh). An identifier is
// kept as secret as a token, because an owner may type the token into an app's field for it.
//
// Fields are judged by what they decode to, never by their spelling: "%74oken=" is "token=".

#pragma once

#include <string>
#include <string_view>

namespace waymark::tracker {

// Whether a field of this name says who sends: id, deviceid, device_id or token, in any case.
bool names_device(std::string_view name);

// Whether `text` gives away what the device was found by: it is the same, or holds it. One that is
// shorter than 8 bytes, as "7" or "van", is looked for only as the whole text.
bool gives_away(std::string_view text, std::string_view named_by);

// The fields of a form, decoded and written anew, without those that name the device or give away
// `named_by`; those with a broken escape are left out, too. At most `most_bytes`, in whole fields.
std::string form_without_secrets(std::string_view form, std::string_view named_by,
                                 std::size_t most_bytes);

}  // namespace waymark::tracker
