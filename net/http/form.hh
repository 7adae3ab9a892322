// Reads application/x-www-form-urlencoded, the form of query strings and of HTML forms: name=value
// pairs between '&' (URL Standard, 5.1). Strict where the standard shrugs: a broken escape is an
// error, because a phone that sends one sends a wrong number with it. The reader says in which
// field, so that the caller can judge whether it matters.
//
// Views, not copies: what is not escaped is a view of the input, what is escaped is decoded into
// the caller's scratch string, which keeps its memory from one request to the next.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace waymark::net::http {

struct FormField {
    std::string_view name;
    std::string_view value;  // "" for a name without '='
};

class FormReader {
  public:
    static constexpr std::size_t kMostFields = 200;

    // `encoded` and `scratch` must outlive the fields. `scratch` is cleared; from then on it
    // belongs to this reader.
    FormReader(std::string_view encoded, std::string& scratch,
               std::size_t most_fields = kMostFields);

    enum class Result {
        field,      // here is one
        end,        // there are no more
        malformed,  // a broken escape in the field of this name; reading ends here, or go_on()
        too_many,   // more fields than allowed; reading ends here
    };

    // Empty pairs ("a=1&&b=2") are passed over and not counted.
    Result next(FormField& field);
    // After `malformed`: passes over the broken field, for those who can do without it.
    void go_on() {
        if (ended_ == Result::malformed) ended_ = Result::field;
    }

  private:
    Result end_with(Result result);

    std::string_view rest_;
    std::string& scratch_;
    std::size_t fields_left_;
    Result ended_ = Result::field;  // once it is another, reading has ended with it
};

}  // namespace waymark::net::http
