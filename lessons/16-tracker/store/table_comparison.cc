#include "store/table_comparison.hh"

#include <fmt/core.h>
#include <sodium.h>

#include <array>

#include "store/table_rows.hh"

namespace waymark::tracker {
namespace {

constexpr std::int64_t kRowsBetweenTold = 4096;

// BLAKE2b (libsodium) over each value with its kind and length, so that no two rows run together.
class Digest {
  public:
    Digest() { ::crypto_generichash_init(&state_, nullptr, 0, bytes_.size()); }

    void add(const MovedRow& row) {
        for (const MovedValue& value : row) add(value);
    }

    std::string hexadecimal() {
        ::crypto_generichash_final(&state_, bytes_.data(), bytes_.size());
        std::string text;
        for (const unsigned char byte : bytes_) text += fmt::format("{:02x}", byte);
        return text;
    }

  private:
    void add(const MovedValue& value) {
        const std::string* const text = std::get_if<std::string>(&value);
        const std::int64_t* const number = std::get_if<std::int64_t>(&value);
        const std::int64_t size = text != nullptr ? static_cast<std::int64_t>(text->size()) : 0;
        const std::array<std::int64_t, 2> head = {static_cast<std::int64_t>(value.index()),
                                                  number != nullptr ? *number : size};
        update(head.data(), sizeof(head));
        if (text != nullptr) update(text->data(), text->size());
    }

    void update(const void* data, std::size_t size) {
        ::crypto_generichash_update(&state_, static_cast<const unsigned char*>(data), size);
    }

    ::crypto_generichash_state state_;
    std::array<unsigned char, 16> bytes_;
};

// What tells a row from the others, for a person: "device 3, time_ms 1700000000000".
std::string key_of(const MovedTable& table, const MovedRow& row) {
    std::string words;
    for (int i = 0; i < table.key_columns; ++i) {
        const std::size_t column = static_cast<std::size_t>(i);
        const std::int64_t* const number = std::get_if<std::int64_t>(&row[column]);
        words += fmt::format("{}{} {}", i > 0 ? ", " : "", table.columns[column].name,
                             number != nullptr ? std::to_string(*number)
                                               : "'" + std::get<std::string>(row[column]) + "'");
    }
    return words;
}

std::string difference_of(const MovedTable& table, const MovedRow& from, const MovedRow& to) {
    const std::size_t keys = static_cast<std::size_t>(table.key_columns);
    for (std::size_t i = 0; i < keys; ++i) {
        if (from[i] == to[i]) continue;
        if (from[i] < to[i]) return "the row with " + key_of(table, from) + " is missing";
        return "the row with " + key_of(table, to) + " is not in the source";
    }
    for (std::size_t i = keys; i < from.size(); ++i)
        if (from[i] != to[i])
            return fmt::format("the row with {} has another {}", key_of(table, from),
                               table.columns[i].name);
    return {};
}

}  // namespace

TableComparison compare_table(Connection& from, Connection& to, const MovedTable& table,
                              const std::function<void(std::int64_t)>& progress) {
    TableRows from_rows(from, table);
    TableRows to_rows(to, table);
    TableComparison result;
    Digest digest;
    for (;;) {
        const MovedRow* const one = from_rows.next();
        const MovedRow* const other = to_rows.next();
        if (one == nullptr && other == nullptr) break;
        if (other == nullptr)
            result.difference = "the row with " + key_of(table, *one) + " is missing";
        else if (one == nullptr)
            result.difference = "the row with " + key_of(table, *other) + " is not in the source";
        else
            result.difference = difference_of(table, *one, *other);
        if (!result.difference.empty()) break;
        digest.add(*one);
        if (++result.rows % kRowsBetweenTold == 0) progress(result.rows);
    }
    result.digest = digest.hexadecimal();
    return result;
}

}  // namespace waymark::tracker
