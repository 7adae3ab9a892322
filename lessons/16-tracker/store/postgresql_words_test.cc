#include "store/postgresql_words.hh"

#include <doctest/doctest.h>

#include <optional>
#include <string>

using namespace waymark::tracker;
using Kind = StoreError::Kind;

TEST_CASE("parameters are numbered as PostgreSQL numbers them, but not within quotes") {
    const auto text_of = [](std::string_view query) { return number_parameters(query).text; };
    CHECK(text_of("SELECT ?1 + ?12") == "SELECT $1 + $12");
    CHECK(text_of("SELECT '?1', \"?2\", ?3") == "SELECT '?1', \"?2\", $3");
    CHECK(text_of("SELECT 'it''s ?1', ?2") == "SELECT 'it''s ?1', $2");
    CHECK(text_of("SELECT ?6000") == "SELECT $6000");
    CHECK(text_of("SELECT ?") == "SELECT ?");
    CHECK(text_of("SELECT ?0, ?-1, ?70000, ?99999999999999") ==
          "SELECT ?0, ?-1, ?70000, ?99999999999999");
    CHECK(number_parameters("SELECT ?3 WHERE ?1 = ?3").parameters == 3);
    CHECK(number_parameters("SELECT '?3'").parameters == 0);
}

TEST_CASE("a failure has the kind that SQLite's has") {
    CHECK(kind_of_state("23503") == Kind::refers_to_nothing);
    CHECK(kind_of_state("23505") == Kind::not_unique);
    CHECK(kind_of_state("40001") == Kind::busy);
    CHECK(kind_of_state("53100") == Kind::no_room);
    CHECK(kind_of_state("08006") == Kind::unreachable);
    CHECK(kind_of_state("57P01") == Kind::unreachable);
    CHECK(kind_of_state("57014") == Kind::interrupted);
    CHECK(kind_of_state("42601") == Kind::other);
    CHECK(kind_of_state("") == Kind::other);
    CHECK(StoreError(Kind::unreachable, "").may_pass());
    CHECK(StoreError(Kind::busy, "").may_pass());
    CHECK_FALSE(StoreError(Kind::not_unique, "").may_pass());
    CHECK_FALSE(StoreError(Kind::not_allowed, "").may_pass());
}

TEST_CASE("a location is PostgreSQL's by its scheme") {
    CHECK(is_postgresql("postgres://x"));
    CHECK(is_postgresql("postgresql:///way"));
    CHECK_FALSE(is_postgresql("/var/lib/waymark/waymark.db"));
    CHECK_FALSE(is_postgresql("postgresql"));
}

TEST_CASE("what PostgreSQL would refuse in a text is replaced, and nothing else") {
    const std::string nul("a\0b", 3);
    CHECK(as_stored_text("Zo\xC3\xAB") == "Zo\xC3\xAB");
    CHECK(as_stored_text(nul) ==
          "a\xEF\xBF\xBD"
          "b");
    CHECK(as_stored_text("\xFF!") == "\xEF\xBF\xBD!");
    CHECK(is_stored_text("Zo\xC3\xAB"));
    CHECK_FALSE(is_stored_text(nul));
    CHECK_FALSE(is_stored_text("\xFF"));
}

TEST_CASE("an array is written so that each text stays what it is") {
    ArrayWords numbers;
    numbers.add(std::int64_t{-5});
    numbers.add(std::optional<std::int64_t>());
    numbers.add(std::optional<std::int64_t>(7));
    CHECK(numbers.text() == "{-5,NULL,7}");
    ArrayWords texts;
    CHECK(ArrayWords().text() == "{}");
    texts.add_text(R"({"a":"b\n"})");
    texts.add_text("NULL");
    texts.add_text("");
    texts.add_nothing();
    CHECK(texts.text() == R"({"{\"a\":\"b\\n\"}","NULL","",NULL})");
}
