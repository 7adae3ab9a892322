#include "net/http/form.hh"

#include <doctest/doctest.h>

#include <vector>

using namespace waymark::net::http;

namespace {
// All fields as "name=value;", and how the reading ended.
std::string read_all(std::string_view encoded, std::size_t most_fields = FormReader::kMostFields) {
    std::string scratch;
    FormReader reader(encoded, scratch, most_fields);
    // Kept until the end, so that a view that moved would be seen by the address sanitizer.
    std::vector<FormField> fields;
    FormField field;
    FormReader::Result result = reader.next(field);
    for (; result == FormReader::Result::field; result = reader.next(field))
        fields.push_back(field);
    CHECK(reader.next(field) == result);
    std::string text;
    for (const FormField& each : fields)
        text.append(each.name).append("=").append(each.value).append(";");
    if (result == FormReader::Result::malformed) text += " malformed";
    if (result == FormReader::Result::too_many) text += " too many";
    return text;
}
}  // namespace

TEST_CASE("a form is read field by field") {
    const std::vector<std::pair<std::string_view, std::string_view>> rows = {
        {"", ""},
        {"&&&", ""},
        {"id=van&lat=49.6", "id=van;lat=49.6;"},
        {"a", "a=;"},
        {"a=", "a=;"},
        {"=b", "=b;"},
        {"a=b=c", "a=b=c;"},
        {"a=1&&b=2&", "a=1;b=2;"},
        {"time=2014-06-04+09%3A10%3A11&x=%2B", "time=2014-06-04 09:10:11;x=+;"},
        {"%61=%62&c+d=e+f", "a=b;c d=e f;"},
        {"a=%26%3d", "a=&=;"},
    };
    for (const auto& [encoded, fields] : rows) {
        CAPTURE(encoded);
        CHECK(read_all(encoded) == fields);
    }
}

TEST_CASE("a broken escape ends the reading") {
    CHECK(read_all("a=1&b=%zz&c=3") == "a=1; malformed");
    CHECK(read_all("%4=1") == " malformed");
    CHECK(read_all("a=%") == " malformed");
}

TEST_CASE("a broken field can be passed over, and is named") {
    std::string scratch;
    FormReader reader("a=1&b%62=100%&%zz=3&c=%34", scratch);
    FormField field;
    CHECK(reader.next(field) == FormReader::Result::field);
    CHECK(reader.next(field) == FormReader::Result::malformed);
    CHECK(field.name == "bb");
    CHECK(field.value.empty());
    reader.go_on();
    CHECK(reader.next(field) == FormReader::Result::malformed);
    CHECK(field.name == "%zz");
    reader.go_on();
    CHECK(reader.next(field) == FormReader::Result::field);
    CHECK(field.name == "c");
    CHECK(field.value == "4");
    CHECK(reader.next(field) == FormReader::Result::end);
    reader.go_on();
    CHECK(reader.next(field) == FormReader::Result::end);
}

TEST_CASE("the number of fields has a bound") {
    CHECK(read_all("a&b&c", 3) == "a=;b=;c=;");
    CHECK(read_all("a&&b&c&", 3) == "a=;b=;c=;");
    CHECK(read_all("a&b&c&d", 3) == "a=;b=;c=; too many");
}

TEST_CASE("a field that is not escaped is a view of the input") {
    std::string scratch;
    const std::string_view encoded = "id=van";
    FormReader reader(encoded, scratch);
    FormField field;
    REQUIRE(reader.next(field) == FormReader::Result::field);
    CHECK(field.name.data() == encoded.data());
    CHECK(field.value.data() == encoded.data() + 3);
    CHECK(scratch.capacity() == std::string().capacity());
}
