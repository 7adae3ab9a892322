// A statement of PostgreSQL. It is prepared on the server when it is stepped for the first time,
// because the server must know the types of its parameters: whole numbers are bigint, texts text,
// bytes bytea, and a NULL is what stood there before, or what the server thinks. What is prepared
// is kept for the session, so that a statement that is made anew for each use costs one answer of
// the server, not three.

#pragma once

#include <array>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "store/postgresql_link.hh"

namespace waymark::tracker {

// What all statements of a connection share.
struct PostgresqlSession {
    PostgresqlSession(const std::string& url, Connection::Access access) : link(url, access) {}

    void execute(const char* statements);
    // The name under which the server knows the statement.
    std::string prepared(const std::string& query, const std::vector<Oid>& types);
    // Remembers what changed_rows() tells.
    void note_changes(PGresult* result);

    PostgresqlLink link;
    std::int64_t changed_rows = 0;

  private:
    static constexpr std::size_t kMostPrepared = 256;

    std::unordered_map<std::string, std::string> names_;
    int generation_ = 0;
    std::int64_t last_name_ = 0;
};

class PostgresqlStatement final : public EngineStatement {
  public:
    PostgresqlStatement(PostgresqlSession& session, std::string_view query);
    ~PostgresqlStatement() override { reset(); }

    void bind(int index, std::int64_t value) override;
    void bind_text(int index, std::string_view text) override;
    void bind_bytes(int index, std::string_view bytes) override;
    void bind_nothing(int index) override;
    void read_row_by_row() override { is_row_by_row_ = true; }

    bool step() override;
    void reset() noexcept override;

    bool is_null(int column) const override;
    std::int64_t integer(int column) const override;
    std::string_view text(int column) const override;

  private:
    struct Parameter {
        Oid type = 0;
        bool is_null = true;
        std::string_view bytes;
        std::array<char, 8> number{};
        std::string corrected;
    };

    Parameter& parameter(int index);
    void begin();
    void send();
    bool next_row();

    PostgresqlSession& session_;
    std::string query_;
    std::vector<Parameter> parameters_;
    bool is_row_by_row_ = false;
    bool is_begun_ = false;
    PostgresqlResult result_;
    int row_ = -1;
    mutable std::vector<std::string> decoded_;  // of columns of bytes
};

}  // namespace waymark::tracker
