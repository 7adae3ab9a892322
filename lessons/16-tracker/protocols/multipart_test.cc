#include "protocols/multipart.hh"

#include <doctest/doctest.h>

using namespace waymark::tracker;

namespace {

constexpr std::string_view kType = "multipart/form-data; boundary=\"--b\"";
constexpr std::string_view kBody =
    "----b\r\nContent-Disposition: form-data; name=\"lat\"\r\n\r\n48.1\r\n"
    "----b\r\ncontent-disposition: form-data; name=\"comment\"\r\nContent-Type: text/plain\r\n\r\n"
    "a & b\r\n\r\nc\r\n"
    "----b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"x.jpg\"\r\n\r\n"
    "\xFF\xD8\r\n--\r\n"
    "----b\r\nContent-Disposition: form-data; name=lon\r\n\r\n11.5\r\n----b--\r\n";

}  // namespace

TEST_CASE("the texts of a body in parts become a form, and a picture is passed over") {
    CHECK(multipart_as_form(kType, kBody) == "lat=48.1&comment=a%20%26%20b%0D%0A%0D%0Ac&lon=11.5");
}

TEST_CASE("what was cut off gives the parts that are whole") {
    for (std::size_t i = 0; i < kBody.size(); ++i) {
        const auto form = multipart_as_form(kType, kBody.substr(0, i));
        REQUIRE(form);
        CHECK(std::string_view("lat=48.1&comment=a%20%26%20b%0D%0A%0D%0Ac&lon=11.5")
                  .starts_with(*form));
    }
}

TEST_CASE("another content type, and one without a boundary, is none") {
    CHECK_FALSE(multipart_as_form("application/x-www-form-urlencoded", kBody));
    CHECK_FALSE(multipart_as_form("multipart/form-data", kBody));
    CHECK_FALSE(multipart_as_form("multipart/form-data; boundary=", kBody));
    CHECK_FALSE(multipart_as_form("", kBody));
    CHECK(multipart_as_form("multipart/form-data; boundary=other", kBody) == "");
}
