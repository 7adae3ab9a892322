// The texts of a multipart/form-data body (RFC 7578), which an app sends when a picture goes with a
// position. The picture, and whatever else has a file's name, is passed over.

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace waymark::tracker {

// The texts as a form, "name=value&...", escaped. Nothing if the content type is another one, or
// has no boundary. A body that was cut off gives what is whole in it.
std::optional<std::string> multipart_as_form(std::string_view content_type, std::string_view body);

}  // namespace waymark::tracker
