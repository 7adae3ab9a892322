// The words in which PostgreSQL is spoken to: statements, values and failures. No server is
// needed for any of it.

#pragma once

#include <string>
#include <string_view>

#include "store/connection.hh"

namespace waymark::tracker {

struct NumberedQuery {
    std::string text;
    int parameters = 0;  // the highest number
};

// ?1, ?2, ... become $1, $2, ..., but not within quotes. Numbers beyond 65535, the most that the
// protocol can count, stay as they are, and the server refuses them.
NumberedQuery number_parameters(std::string_view query);

// Of a SQLSTATE (postgresql.org/docs/current/errcodes-appendix.html).
StoreError::Kind kind_of_state(std::string_view state);

// PostgreSQL refuses a text that is not UTF-8 or has a NUL, and with it the whole transaction; a
// phone may send either. Each such byte becomes U+FFFD.
std::string as_stored_text(std::string_view text);
bool is_stored_text(std::string_view text);

// For CAST(?1 AS bigint[]): the values as PostgreSQL writes an array.
class ArrayWords {
  public:
    void add(std::int64_t value);
    void add(std::optional<std::int64_t> value);  // NULL for nothing
    void add_text(std::string_view text);         // any; in quotes
    void add_nothing();
    // Ends the array.
    std::string_view text();
    void clear();

  private:
    void separate();
    std::string words_ = "{";
};

}  // namespace waymark::tracker
