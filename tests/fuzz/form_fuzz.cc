// A form's fields: bounded in number, never longer than what came, and in place until the end.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "net/http/form.hh"

using namespace waymark::net::http;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t kMostFields = 20;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    std::string scratch;
    FormReader reader(text, scratch, kMostFields);
    std::vector<FormField> fields;
    std::vector<std::string> copies;
    FormField field;
    while (reader.next(field) == FormReader::Result::field) {
        fields.push_back(field);
        copies.emplace_back(std::string(field.name) + "=" + std::string(field.value));
    }
    if (fields.size() > kMostFields) std::abort();
    std::size_t total = 0;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        total += fields[i].name.size() + fields[i].value.size();
        if (std::string(fields[i].name) + "=" + std::string(fields[i].value) != copies[i])
            std::abort();
    }
    if (total > size) std::abort();
    return 0;
}
