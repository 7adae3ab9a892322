#include "web_app/base64.hh"

#include <sodium.h>

namespace waymark::tracker {

std::string to_base64(std::string_view bytes) {
    constexpr int kVariant = sodium_base64_VARIANT_ORIGINAL;
    std::string encoded(sodium_base64_ENCODED_LEN(bytes.size(), kVariant), '\0');
    ::sodium_bin2base64(encoded.data(), encoded.size(),
                        reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                        kVariant);
    encoded.pop_back();  // the NUL
    return encoded;
}

}  // namespace waymark::tracker
