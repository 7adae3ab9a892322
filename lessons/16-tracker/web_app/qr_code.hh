// A text as a QR code (ISO/IEC 18004), drawn as SVG by the server, so that no page needs a library
// for it and no other server learns what is in it. libqrencode chooses version and mask.

#pragma once

#include <string>
#include <string_view>

namespace waymark::tracker {

// An SVG image of dark squares on white, with the quiet zone of four modules around it; "" for a
// text that fits into no code (some 2300 bytes at this level of correction, M).
std::string qr_code_svg(std::string_view text);

// The same as an address that an <img> takes: "data:image/svg+xml;base64,...".
std::string qr_code_image(std::string_view text);

}  // namespace waymark::tracker
